//! Encodes a core module.

use std::collections::BTreeMap;

use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ElementSection, EntityType, ExportKind, ExportSection, FunctionSection,
    GlobalSection, GlobalType, ImportSection, MemorySection, MemoryType, Module, NameMap, NameSection, TableSection,
    TypeSection, ValType,
};

use super::body::Names;
use super::{Constant, CoreModule, FunctionKind};
use crate::Malformed;

/// The index of what is not written. The validator rejects it.
const MISSING: u32 = u32::MAX;

impl CoreModule<'_> {
    /// Encodes what the exports reach, functions in the order that the module `order` describes, without custom
    /// sections but the names of traps.
    ///
    /// # Errors
    /// [`Malformed::Broken`]: code is not valid.
    pub fn emit(&mut self) -> Result<Vec<u8>, Malformed> {
        let used = self.find_used()?;
        let order = self.order_by_calls(&used.functions);
        let imports = (0..).zip(&self.functions).filter(|(number, function)| {
            used.functions[*number as usize] && matches!(function.kind, FunctionKind::Import(_))
        });
        let imports: Vec<u32> = imports.map(|(number, _)| number).collect();
        let mut functions = vec![MISSING; self.functions.len()];
        for (index, number) in (0..).zip(imports.iter().chain(&order)) {
            functions[*number as usize] = index;
        }
        let [types, tables, globals] = [&used.types, &used.tables, &used.globals].map(|used| indices(used));
        let renumbered = |names| {
            let (indices, number) = match names {
                Names::Function(number) => (&functions, number),
                Names::Type(number) | Names::BlockType(number) => (&types, number),
                Names::Table(number) => (&tables, number),
                Names::Global(number) => (&globals, number),
                Names::Signed(value) => return value,
                Names::Unsigned(value) => return value.cast_signed(),
                Names::Locals => return 0,
            };
            i64::from(indices.get(number as usize).copied().unwrap_or(MISSING))
        };
        let mut module = Module::new();
        let mut section = TypeSection::new();
        for (ty, _) in self.types.iter().zip(&used.types).filter(|(_, is_used)| **is_used) {
            section.ty().function(ty.params.iter().copied(), ty.results.iter().copied());
        }
        module.section(&section);
        if !imports.is_empty() {
            let mut section = ImportSection::new();
            for function in imports.iter().map(|number| &self.functions[*number as usize]) {
                let FunctionKind::Import(names) = &function.kind else { continue };
                section.import(&names.module, &names.name, EntityType::Function(types[function.ty as usize]));
            }
            module.section(&section);
        }
        let mut section = FunctionSection::new();
        for number in &order {
            section.function(types[self.functions[*number as usize].ty as usize]);
        }
        module.section(&section);
        if used.tables.contains(&true) {
            let mut section = TableSection::new();
            for (table, _) in self.tables.iter().zip(&used.tables).filter(|(_, is_used)| **is_used) {
                section.table(*table);
            }
            module.section(&section);
        }
        let mut section = MemorySection::new();
        section.memory(MemoryType {
            minimum: self.memory.minimum,
            maximum: self.memory.maximum,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        module.section(&section);
        if used.globals.contains(&true) {
            let mut section = GlobalSection::new();
            for (global, _) in self.globals.iter().zip(&used.globals).filter(|(_, is_used)| **is_used) {
                let (val_type, value) = match global.value {
                    Constant::I32(value) => (ValType::I32, ConstExpr::i32_const(value)),
                    Constant::I64(value) => (ValType::I64, ConstExpr::i64_const(value)),
                };
                section.global(GlobalType { val_type, mutable: global.is_mutable, shared: false }, &value);
            }
            module.section(&section);
        }
        let mut section = ExportSection::new();
        for export in &self.exports {
            let index = match export.kind {
                ExportKind::Func => functions[export.index as usize],
                ExportKind::Table => tables[export.index as usize],
                ExportKind::Global => globals[export.index as usize],
                _ => export.index,
            };
            section.export(&export.name, export.kind, index);
        }
        module.section(&section);
        if used.tables.contains(&true) {
            let mut section = ElementSection::new();
            for elements in self.elements.iter().filter(|elements| used.tables[elements.table as usize]) {
                let inside: Vec<u32> = elements.functions.iter().map(|number| functions[*number as usize]).collect();
                let table = Some(tables[elements.table as usize]).filter(|table| *table != 0);
                let offset = ConstExpr::i32_const(elements.offset);
                section.active(table, &offset, wasm_encoder::Elements::Functions(inside.into()));
            }
            if !section.is_empty() {
                module.section(&section);
            }
        }
        let mut section = CodeSection::new();
        for number in &order {
            let FunctionKind::Defined(body) = &self.functions[*number as usize].kind else { continue };
            section.raw(&body.renumber(renumbered));
        }
        module.section(&section);
        let mut section = DataSection::new();
        for data in &self.data {
            let address = ConstExpr::i32_const(data.address.cast_signed());
            section.active(0, &address, data.bytes.iter().copied());
        }
        module.section(&section);
        let named = self.names.iter().map(|(number, name)| (functions[*number as usize], name));
        let named: BTreeMap<u32, &String> = named.filter(|(index, _)| *index != MISSING).collect();
        if !named.is_empty() {
            let (mut names, mut section) = (NameMap::new(), NameSection::new());
            named.iter().for_each(|(index, name)| names.append(*index, name));
            section.functions(&names);
            module.section(&section);
        }
        Ok(module.finish())
    }
}

/// Returns the final index of each that is used.
fn indices(used: &[bool]) -> Vec<u32> {
    let mut next = 0..;
    used.iter().map(|is_used| if *is_used { next.next().unwrap_or(MISSING) } else { MISSING }).collect()
}
