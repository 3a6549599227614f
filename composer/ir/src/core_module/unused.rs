//! Finds what nothing uses.

use wasm_encoder::ExportKind;

use super::body::Names;
use super::{CoreModule, FunctionKind};
use crate::Malformed;

/// What is used, by number.
#[derive(Debug, Default)]
pub(super) struct Used {
    pub(super) functions: Vec<bool>,
    pub(super) types: Vec<bool>,
    pub(super) tables: Vec<bool>,
    pub(super) globals: Vec<bool>,
}

impl CoreModule<'_> {
    /// Drops the functions and imports that no export reaches.
    ///
    /// # Errors
    /// [`Malformed::Broken`]: code is not valid.
    pub fn drop_unused(&mut self) -> Result<(), Malformed> {
        let used = self.find_used()?;
        for (function, is_used) in self.functions.iter_mut().zip(used.functions) {
            if !is_used {
                function.kind = FunctionKind::Unused;
            }
        }
        Ok(())
    }

    /// Follows all references from the exports. Functions in a table are used if the table is.
    pub(super) fn find_used(&mut self) -> Result<Used, Malformed> {
        let mut used = Used {
            functions: vec![false; self.functions.len()],
            types: vec![false; self.types.len()],
            tables: vec![false; self.tables.len()],
            globals: vec![false; self.globals.len()],
        };
        let mut todo = Vec::new();
        for export in &self.exports {
            match export.kind {
                ExportKind::Func => todo.push(Names::Function(export.index)),
                ExportKind::Table => todo.push(Names::Table(export.index)),
                ExportKind::Global => todo.push(Names::Global(export.index)),
                _ => {}
            }
        }
        while let Some(names) = todo.pop() {
            match names {
                Names::Function(number) => {
                    if mark(&mut used.functions, number)? {
                        let function = &mut self.functions[number as usize];
                        mark(&mut used.types, function.ty)?;
                        if let FunctionKind::Defined(body) = &mut function.kind {
                            let parameters = self.types[function.ty as usize].params.len() as u32;
                            todo.extend(body.operands(parameters)?.iter().map(|operand| operand.names));
                        }
                    }
                }
                Names::Table(number) => {
                    if mark(&mut used.tables, number)? {
                        let inside = self.elements.iter().filter(|elements| elements.table == number);
                        todo.extend(
                            inside.flat_map(|elements| elements.functions.iter().copied().map(Names::Function)),
                        );
                    }
                }
                Names::Type(number) | Names::BlockType(number) => drop(mark(&mut used.types, number)?),
                Names::Global(number) => drop(mark(&mut used.globals, number)?),
                Names::Signed(_) | Names::Unsigned(_) | Names::Locals => {}
            }
        }
        Ok(used)
    }
}

/// Marks one as used. Returns whether it was not before.
fn mark(used: &mut [bool], number: u32) -> Result<bool, Malformed> {
    let one = used.get_mut(number as usize).ok_or(Malformed::Part { what: "a number that names nothing" })?;
    Ok(!std::mem::replace(one, true))
}
