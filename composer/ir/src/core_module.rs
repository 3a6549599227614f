//! A core module whose definitions can be edited, for modules that a linker makes of Rust or C.
//!
//! A definition keeps the number with which it was read; new ones get the numbers after those. Encoding leaves out what
//! nothing uses, assigns the final indices, and updates every reference. Code is not decoded into a tree: the bytes of
//! a function are copied, except for the numbers in them that name something.

mod body;
mod emit;
mod order;
mod read;
mod unused;

use std::borrow::Cow;
use std::collections::BTreeMap;

use wasm_encoder::{ExportKind, Instruction, TableType, ValType};

pub use body::Body;

use crate::Malformed;

/// A core module.
#[derive(Clone, Debug, Default)]
pub struct CoreModule<'a> {
    /// Types of functions.
    types: Vec<FuncType>,
    functions: Vec<Function<'a>>,
    tables: Vec<TableType>,
    /// The only memory.
    pub memory: Memory,
    globals: Vec<Global>,
    /// What the module exports.
    pub exports: Vec<Export>,
    elements: Vec<Elements>,
    /// Data of the memory.
    pub data: Vec<Data<'a>>,
    /// Names of functions, which an engine tells with a trap.
    names: BTreeMap<u32, String>,
    /// Custom sections, by name. They are not encoded.
    pub customs: Vec<(&'a str, &'a [u8])>,
}

/// The type of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FuncType {
    /// The types of its parameters.
    pub params: Vec<ValType>,
    /// The types of its results.
    pub results: Vec<ValType>,
}

/// The number of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionId(pub u32);

#[derive(Clone, Debug)]
struct Function<'a> {
    ty: u32,
    kind: FunctionKind<'a>,
}

#[derive(Clone, Debug)]
enum FunctionKind<'a> {
    Import(Import),
    Defined(Body<'a>),
    /// Nothing used it.
    Unused,
}

/// The names of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The module that it is imported from.
    pub module: String,
    /// Its name there.
    pub name: String,
}

/// The memory of a module: the limits of its size, in pages of 64 KiB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// How many pages it has at first.
    pub minimum: u64,
    /// How many it may have.
    pub maximum: Option<u64>,
}

/// A global with a constant as its first value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Global {
    value: Constant,
    is_mutable: bool,
}

/// A number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constant {
    /// Of 32 bits.
    I32(i32),
    /// Of 64 bits.
    I64(i64),
}

/// An export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: ExportKind,
    /// The number of that.
    pub index: u32,
}

/// Functions that are put into a table at the start.
#[derive(Clone, Debug)]
struct Elements {
    table: u32,
    offset: i32,
    functions: Vec<u32>,
}

/// Bytes that are put into the memory at the start.
#[derive(Clone, Debug)]
pub struct Data<'a> {
    /// Their address.
    pub address: u32,
    /// The bytes.
    pub bytes: Cow<'a, [u8]>,
}

impl<'a> CoreModule<'a> {
    /// Returns the functions that are imported, each with its names.
    pub fn imports(&self) -> impl Iterator<Item = (FunctionId, &Import)> {
        (0..).zip(&self.functions).filter_map(|(number, function)| match &function.kind {
            FunctionKind::Import(import) => Some((FunctionId(number), import)),
            _ => None,
        })
    }

    /// Changes the names of an import. Does nothing for any other function.
    pub fn rename_import(&mut self, function: FunctionId, import: Import) {
        if let Some(Function { kind: kind @ FunctionKind::Import(_), .. }) = self.functions.get_mut(function.0 as usize)
        {
            *kind = FunctionKind::Import(import);
        }
    }

    /// Adds an imported function of the type that another function has.
    pub fn add_import(&mut self, import: Import, like: FunctionId) -> FunctionId {
        self.add_function(self.functions[like.0 as usize].ty, FunctionKind::Import(import))
    }

    /// Adds a function of the type that another function has.
    pub fn add_like(&mut self, like: FunctionId, code: &[Instruction<'_>]) -> FunctionId {
        self.add_function(self.functions[like.0 as usize].ty, FunctionKind::Defined(Body::of(code)))
    }

    /// Adds a function without parameters and results that traps, and whose name says why.
    pub fn add_trap(&mut self, why: &str) -> FunctionId {
        let ty = self.types.len() as u32;
        self.types.push(FuncType { params: Vec::new(), results: Vec::new() });
        let trap = self.add_function(ty, FunctionKind::Defined(Body::of(&[Instruction::Unreachable])));
        self.names.insert(trap.0, why.to_owned());
        trap
    }

    fn add_function(&mut self, ty: u32, kind: FunctionKind<'a>) -> FunctionId {
        self.functions.push(Function { ty, kind });
        FunctionId(self.functions.len() as u32 - 1)
    }

    /// Puts code in the place of a function.
    pub fn replace(&mut self, function: FunctionId, code: &[Instruction<'_>]) {
        self.functions[function.0 as usize].kind = FunctionKind::Defined(Body::of(code));
    }

    /// Puts code in the place of each call of a function, whose parameters it takes from the stack.
    ///
    /// # Errors
    /// [`Malformed::Broken`]: code is not valid.
    pub fn inline(&mut self, function: FunctionId, code: &[Instruction<'_>]) -> Result<(), Malformed> {
        let code = Body::part(code);
        for Function { ty, kind } in &mut self.functions {
            if let FunctionKind::Defined(body) = kind {
                body.inline(self.types[*ty as usize].params.len() as u32, function.0, &code)?;
            }
        }
        Ok(())
    }

    /// Returns the type of a function, and its number.
    pub fn type_of(&self, function: FunctionId) -> (u32, &FuncType) {
        let ty = self.functions[function.0 as usize].ty;
        (ty, &self.types[ty as usize])
    }

    /// Adds a mutable global of 32 bits, which is 0 at first, and returns its number.
    pub fn add_variable(&mut self) -> u32 {
        self.globals.push(Global { value: Constant::I32(0), is_mutable: true });
        self.globals.len() as u32 - 1
    }

    /// Returns the first value of a global that does not change.
    pub fn constant(&self, global: u32) -> Option<Constant> {
        self.globals.get(global as usize).filter(|global| !global.is_mutable).map(|global| global.value)
    }

    /// Makes room for more entries in the table of functions, which is made if there is none. Returns the number of the
    /// table and that of the first of the entries.
    pub fn add_table_entries(&mut self, count: u32) -> (u32, u32) {
        if self.tables.is_empty() {
            self.tables.push(TableType {
                element_type: wasm_encoder::RefType::FUNCREF,
                table64: false,
                minimum: 0,
                maximum: Some(0),
                shared: false,
            });
        }
        let table = &mut self.tables[0];
        let first = table.minimum as u32;
        table.minimum += u64::from(count);
        table.maximum = Some(table.minimum);
        (0, first)
    }
}
