//! Adds the vfs's module beside the app's modules.
//!
//! The vfs imports host functions, and lowering those requires its memory, which exists only after it is instantiated.
//! So it is instantiated with a shim module, whose functions call through a table. After the host functions are
//! lowered, a fixup module puts them into the table.

use bumpalo::Bump;
use wasm_encoder::{
    CodeSection, ConstExpr, ElementSection, Elements, EntityType, ExportKind, ExportSection, Function, FunctionSection,
    GlobalSection, GlobalType, ImportSection, Module, RefType, TableSection, TableType, TypeSection, ValType,
};
use wasmparser::{CanonicalFunction, CanonicalOption, Export, ExternalKind, Instance};

use crate::specialize::HostFunction;
use vfs_compose_ir::{Component, Item, alias, bundle, instantiate, instantiation};

/// Name of the shim's table.
const TABLE: &str = "table";

/// Name of the shim's global with the version to call, for host functions that are imported at several versions.
pub(super) const VERSION: &str = "version";

/// Indices of the vfs's definitions in the component.
pub(super) struct Vfs {
    /// The core module.
    pub(super) module: u32,
    /// The core instance.
    pub(super) instance: u32,
    /// The core instance of the shim, if the vfs imports anything from the host.
    pub(super) shim: Option<u32>,
}

/// A function that the vfs imports, and the host functions that serve it.
pub(super) struct ImportBinding<'h> {
    pub(super) import: &'h HostFunction,
    /// Component functions, each with the value of [`VERSION`] that selects it. A single function serves all values.
    pub(super) host: Vec<(u32, u32)>,
}

/// The table slots of one import.
#[derive(Clone, Copy)]
struct Slots {
    first: u32,
    count: u32,
}

/// Adds the vfs's module and its instance. `versions` is the number of values of [`VERSION`].
pub(super) fn add<'a>(
    component: &mut Component<'a>,
    names: &'a Bump,
    module: Vec<u8>,
    imports: &[ImportBinding<'_>],
    versions: u32,
) -> Vfs {
    let module = component.add(Item::CoreModule(module.into()));
    if imports.is_empty() {
        let instance = instantiate(component, module, Vec::new());
        return Vfs { module, instance, shim: None };
    }
    let slots = slots(imports, versions);
    let shim = component.add(Item::CoreModule(shim(imports, &slots).into()));
    let shim = instantiate(component, shim, Vec::new());
    let mut arguments: Vec<(&'a str, Vec<Export<'a>>)> = Vec::new();
    for (number, ImportBinding { import, .. }) in imports.iter().enumerate() {
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
    let mut filled = Vec::new();
    let all = (0..).zip(imports).zip(&slots);
    for ((ty, &(func_index, version)), slots) in
        all.flat_map(|((ty, wanted), slots)| wanted.host.iter().map(move |host| ((ty, host), *slots)))
    {
        let number = filled.len();
        filled.push(Filled { slot: if slots.count > 1 { slots.first + version } else { slots.first }, ty });
        let options = [CanonicalOption::UTF8, CanonicalOption::Memory(memory), CanonicalOption::Realloc(realloc)];
        let lower = CanonicalFunction::Lower { func_index, options: options.into() };
        let index = component.add(Item::Canonical(lower));
        targets.push(Export { name: names.alloc_str(&number.to_string()), kind: ExternalKind::Func, index });
    }
    let index = alias(component, ExternalKind::Table, shim, TABLE);
    targets.push(Export { name: TABLE, kind: ExternalKind::Table, index });
    let targets = bundle(component, targets);
    let fixup = component.add(Item::CoreModule(fixup(imports, &slots, &filled).into()));
    // The table must be filled before any code of the app runs.
    component.add_before(
        |item| matches!(item, Item::CoreInstance(Instance::Instantiate { .. })),
        Item::CoreInstance(instantiation(fixup, vec![("", targets)])),
    );
    Vfs { module, instance, shim: Some(shim) }
}

fn slots(imports: &[ImportBinding<'_>], versions: u32) -> Vec<Slots> {
    let mut first = 0;
    let slots = imports.iter().map(|wanted| {
        let slots = Slots { first, count: if wanted.host.len() > 1 { versions } else { 1 } };
        first += slots.count;
        slots
    });
    slots.collect()
}

/// Generates the shim: one function per import, which calls the function in its table slot.
fn shim(imports: &[ImportBinding<'_>], slots: &[Slots]) -> Vec<u8> {
    let (mut functions, mut exports, mut code) = (FunctionSection::new(), ExportSection::new(), CodeSection::new());
    for ((wanted, slots), number) in imports.iter().zip(slots).zip(0..) {
        functions.function(number);
        exports.export(&number.to_string(), ExportKind::Func, number);
        let mut body = Function::new([]);
        let mut instructions = body.instructions();
        for param in 0..wanted.import.params.len() as u32 {
            instructions.local_get(param);
        }
        instructions.i32_const(slots.first.cast_signed());
        if slots.count > 1 {
            instructions.global_get(0).i32_add();
        }
        instructions.call_indirect(0, number).end();
        code.function(&body);
    }
    exports.export(TABLE, ExportKind::Table, 0).export(VERSION, ExportKind::Global, 0);
    let mut tables = TableSection::new();
    tables.table(table(slots));
    let mut globals = GlobalSection::new();
    let version = GlobalType { val_type: ValType::I32, mutable: true, shared: false };
    globals.global(version, &ConstExpr::i32_const(0));
    let mut module = Module::new();
    module.section(&types(imports)).section(&functions).section(&tables).section(&globals).section(&exports);
    module.section(&code);
    module.finish()
}

/// A function to be put into the table.
struct Filled {
    slot: u32,
    /// The index of its type, which equals the index of the import.
    ty: u32,
}

/// Generates the fixup, which puts its imports into the table.
fn fixup(wanted: &[ImportBinding<'_>], slots: &[Slots], filled: &[Filled]) -> Vec<u8> {
    let mut imports = ImportSection::new();
    let mut elements = ElementSection::new();
    for (number, filled) in (0..).zip(filled) {
        imports.import("", &number.to_string(), EntityType::Function(filled.ty));
        let slot = ConstExpr::i32_const(filled.slot.cast_signed());
        elements.active(None, &slot, Elements::Functions([number].as_slice().into()));
    }
    imports.import("", TABLE, table(slots));
    let mut module = Module::new();
    module.section(&types(wanted)).section(&imports).section(&elements);
    module.finish()
}

fn types(wanted: &[ImportBinding<'_>]) -> TypeSection {
    let mut types = TypeSection::new();
    for ImportBinding { import, .. } in wanted {
        types.ty().function(import.params.iter().copied(), import.results.iter().copied());
    }
    types
}

fn table(slots: &[Slots]) -> TableType {
    let size = slots.last().map_or(0, |last| last.first + last.count).into();
    TableType { element_type: RefType::FUNCREF, table64: false, minimum: size, maximum: Some(size), shared: false }
}
