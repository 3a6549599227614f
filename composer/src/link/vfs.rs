//! The vfs's module beside the app's.
//!
//! It imports functions of the host, and lowering those takes its memory. So it is instantiated with a shim, whose functions go
//! through a table, and when the host's functions are lowered a fixup puts them into the table.

use bumpalo::Bump;
use wasm_encoder::{
    CodeSection, ConstExpr, ElementSection, Elements, EntityType, ExportKind, ExportSection, Function, FunctionSection,
    ImportSection, Module, RefType, TableSection, TableType, TypeSection,
};
use wasmparser::{
    CanonicalFunction, CanonicalOption, ComponentAlias, Export, ExternalKind, Instance, InstantiationArg,
    InstantiationArgKind,
};

use super::component::{Component, Item};
use crate::tailor::HostFunction;

/// Name of the shim's table.
const TABLE: &str = "table";

/// The vfs in a component.
pub(super) struct Vfs {
    /// Core module.
    pub(super) module: u32,
    /// Core instance.
    pub(super) instance: u32,
}

/// Adds the vfs's module and instance. `host` has the component functions for `imports`.
pub(super) fn add<'a>(
    component: &mut Component<'a>,
    names: &'a Bump,
    module: Vec<u8>,
    imports: &[HostFunction],
    host: &[u32],
) -> Vfs {
    let module = component.add(Item::CoreModule(module.into()));
    if imports.is_empty() {
        let instance = instantiate(component, module, Vec::new());
        return Vfs { module, instance };
    }
    let shim = component.add(Item::CoreModule(shim(imports).into()));
    let shim = instantiate(component, shim, Vec::new());
    let mut arguments: Vec<(&'a str, Vec<Export<'a>>)> = Vec::new();
    for (number, import) in imports.iter().enumerate() {
        let index = alias(component, ExternalKind::Func, shim, names.alloc_str(&number.to_string()));
        let export = Export { name: names.alloc_str(&import.name), kind: ExternalKind::Func, index };
        match arguments.iter_mut().find(|(path, _)| *path == import.path) {
            Some((_, exports)) => exports.push(export),
            None => arguments.push((names.alloc_str(&import.path), vec![export])),
        }
    }
    let arguments = arguments.into_iter().map(|(path, exports)| (path, bundle(component, exports))).collect();
    let instance = instantiate(component, module, arguments);

    let memory = alias(component, ExternalKind::Memory, instance, "memory");
    let realloc = alias(component, ExternalKind::Func, instance, "cabi_realloc");
    let mut targets = Vec::new();
    for (number, &func_index) in host.iter().enumerate() {
        let options = [CanonicalOption::UTF8, CanonicalOption::Memory(memory), CanonicalOption::Realloc(realloc)];
        let lower = CanonicalFunction::Lower { func_index, options: options.into() };
        let index = component.add(Item::Canonical(lower));
        targets.push(Export { name: names.alloc_str(&number.to_string()), kind: ExternalKind::Func, index });
    }
    let index = alias(component, ExternalKind::Table, shim, TABLE);
    targets.push(Export { name: TABLE, kind: ExternalKind::Table, index });
    let targets = bundle(component, targets);
    let fixup = component.add(Item::CoreModule(fixup(imports).into()));
    // Before anything of the app runs.
    component.add_before(
        |item| matches!(item, Item::CoreInstance(Instance::Instantiate { .. })),
        Item::CoreInstance(instantiation(fixup, vec![("", targets)])),
    );
    Vfs { module, instance }
}

/// A core instance of a module.
pub(super) fn instantiate<'a>(component: &mut Component<'a>, module: u32, arguments: Vec<(&'a str, u32)>) -> u32 {
    component.add(Item::CoreInstance(instantiation(module, arguments)))
}

fn instantiation<'a>(module_index: u32, arguments: Vec<(&'a str, u32)>) -> Instance<'a> {
    let argument = |(name, index)| InstantiationArg { name, kind: InstantiationArgKind::Instance, index };
    Instance::Instantiate { module_index, args: arguments.into_iter().map(argument).collect() }
}

/// A core instance made of parts.
pub(super) fn bundle<'a>(component: &mut Component<'a>, parts: Vec<Export<'a>>) -> u32 {
    component.add(Item::CoreInstance(Instance::FromExports(parts.into())))
}

/// Something that a core instance exports.
pub(super) fn alias<'a>(component: &mut Component<'a>, kind: ExternalKind, instance_index: u32, name: &'a str) -> u32 {
    component.add(Item::Alias(ComponentAlias::CoreInstanceExport { kind, instance_index, name }))
}

/// A function for each import, which calls the one at its place in the table.
fn shim(imports: &[HostFunction]) -> Vec<u8> {
    let (mut functions, mut exports, mut code) = (FunctionSection::new(), ExportSection::new(), CodeSection::new());
    for (import, number) in imports.iter().zip(0..) {
        functions.function(number);
        exports.export(&number.to_string(), ExportKind::Func, number);
        let mut body = Function::new([]);
        let mut instructions = body.instructions();
        for param in 0..import.params.len() as u32 {
            instructions.local_get(param);
        }
        instructions.i32_const(number as i32).call_indirect(0, number).end();
        code.function(&body);
    }
    exports.export(TABLE, ExportKind::Table, 0);
    let mut tables = TableSection::new();
    tables.table(table(imports));
    let mut module = Module::new();
    module.section(&types(imports)).section(&functions).section(&tables).section(&exports).section(&code);
    module.finish()
}

/// Puts its imports into the table.
fn fixup(functions: &[HostFunction]) -> Vec<u8> {
    let mut imports = ImportSection::new();
    for number in 0..functions.len() as u32 {
        imports.import("", &number.to_string(), EntityType::Function(number));
    }
    imports.import("", TABLE, table(functions));
    let mut elements = ElementSection::new();
    let all: Vec<u32> = (0..functions.len() as u32).collect();
    elements.active(None, &ConstExpr::i32_const(0), Elements::Functions(all.into()));
    let mut module = Module::new();
    module.section(&types(functions)).section(&imports).section(&elements);
    module.finish()
}

fn types(functions: &[HostFunction]) -> TypeSection {
    let mut types = TypeSection::new();
    for function in functions {
        types.ty().function(function.params.iter().copied(), function.results.iter().copied());
    }
    types
}

fn table(functions: &[HostFunction]) -> TableType {
    let size = functions.len() as u64;
    TableType { element_type: RefType::FUNCREF, table64: false, minimum: size, maximum: Some(size), shared: false }
}
