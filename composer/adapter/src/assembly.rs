//! A core module under construction.

use indexmap::IndexMap;
use wasm_encoder::{
    CodeSection, ConstExpr, DataCountSection, DataSection, ElementSection, EntityType, ExportSection, Function,
    FunctionSection, GlobalSection, GlobalType, ImportSection, MemorySection, MemoryType, Module, NameMap, NameSection,
    TableSection, TypeSection, ValType,
};

/// The sections of a core module under construction. All imports must be added before the first definition.
#[derive(Default)]
pub struct Assembly {
    types: IndexMap<(Vec<ValType>, Vec<ValType>), ()>,
    imports: ImportSection,
    /// The index of each imported function, by module and name.
    imported: IndexMap<(String, String), u32>,
    /// The imported globals, by module and name, in the order of their indices.
    imported_globals: IndexMap<(String, String), ()>,
    functions: FunctionSection,
    /// The number of functions so far.
    count: u32,
    names: NameMap,
    /// The names of the imported memories, and their number.
    memory_names: NameMap,
    imported_memories: u32,
    code: CodeSection,
    data: DataSection,
    has_passive_data: bool,
    /// The tables that the module defines.
    pub tables: TableSection,
    /// The memories that the module defines.
    pub memories: MemorySection,
    /// The globals that the module defines.
    pub globals: GlobalSection,
    /// The exports.
    pub exports: ExportSection,
    /// The contents of the tables.
    pub elements: ElementSection,
}

impl Assembly {
    /// Imports the memory of a module.
    pub fn import_memory(&mut self, module: &str) {
        let any = MemoryType { minimum: 0, maximum: None, memory64: false, shared: false, page_size_log2: None };
        self.imports.import(module, "memory", any);
        self.memory_names.append(self.imported_memories, module);
        self.imported_memories += 1;
    }

    /// Imports a mutable global, unless it is imported already, and returns its index.
    pub fn import_global(&mut self, module: &str, name: &str) -> u32 {
        let (index, previous) = self.imported_globals.insert_full((module.to_owned(), name.to_owned()), ());
        if previous.is_none() {
            self.imports.import(module, name, GlobalType { val_type: ValType::I32, mutable: true, shared: false });
        }
        index as u32
    }

    /// Imports a function, unless it is imported already, and returns its index.
    pub fn import(&mut self, module: &str, name: &str, params: &[ValType], results: &[ValType]) -> u32 {
        let key = (module.to_owned(), name.to_owned());
        if let Some(&index) = self.imported.get(&key) {
            return index;
        }
        let ty = self.ty(params, results);
        self.imports.import(module, name, EntityType::Function(ty));
        self.imported.insert(key, self.count);
        self.add_function(&format!("{module} {name}"))
    }

    /// Defines a function and returns its index.
    pub fn define(&mut self, name: &str, params: &[ValType], results: &[ValType], code: Function) -> u32 {
        let ty = self.ty(params, results);
        self.functions.function(ty);
        self.code.function(&code);
        self.add_function(name)
    }

    fn add_function(&mut self, name: &str) -> u32 {
        self.names.append(self.count, name);
        self.count += 1;
        self.count - 1
    }

    /// Returns the index of a function type.
    pub fn ty(&mut self, params: &[ValType], results: &[ValType]) -> u32 {
        self.types.insert_full((params.to_vec(), results.to_vec()), ()).0 as u32
    }

    /// Adds a line of text as a passive data segment and returns its index.
    pub fn text(&mut self, text: &str) -> u32 {
        self.has_passive_data = true;
        self.data.passive(format!("{text}\n").into_bytes());
        self.data.len() - 1
    }

    /// Adds bytes that the first memory contains from the beginning.
    pub fn data(&mut self, address: u32, bytes: Vec<u8>) {
        self.data.active(0, &ConstExpr::i32_const(address.cast_signed()), bytes);
    }

    /// Returns the encoded module.
    pub fn finish(self) -> Vec<u8> {
        let mut types = TypeSection::new();
        for (params, results) in self.types.into_keys() {
            types.ty().function(params, results);
        }
        let mut names = NameSection::new();
        names.functions(&self.names);
        // With several memories, a reader wants to know whose each is.
        if self.memories.is_empty() {
            names.memories(&self.memory_names);
        }
        let mut module = Module::new();
        module.section(&types).section(&self.imports).section(&self.functions);
        if !self.tables.is_empty() {
            module.section(&self.tables);
        }
        if !self.memories.is_empty() {
            module.section(&self.memories);
        }
        if !self.globals.is_empty() {
            module.section(&self.globals);
        }
        module.section(&self.exports);
        if !self.elements.is_empty() {
            module.section(&self.elements);
        }
        if self.has_passive_data {
            module.section(&DataCountSection { count: self.data.len() });
        }
        module.section(&self.code);
        if !self.data.is_empty() {
            module.section(&self.data);
        }
        module.section(&names);
        module.finish()
    }
}
