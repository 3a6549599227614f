//! Adds the vfs's module beside the app's modules.
//!
//! The vfs calls host functions, and lowering those requires its memory, which exists only after it is instantiated.
//! So it calls them through its table. After they are lowered, a fixup module puts them there.

use bumpalo::Bump;
use wasm_encoder::{
    ConstExpr, ElementSection, Elements, EntityType, ImportSection, Module, RefType, TableType, TypeSection,
};
use wasmparser::{CanonicalFunction, CanonicalOption, Export, ExternalKind, Instance};

use crate::specialize::{HostFunction, TABLE};
use vfs_compose_ir::{Component, Item, alias, bundle, instantiate, instantiation};

/// Indices of the vfs's definitions in the component.
pub(super) struct Vfs {
    /// The core module.
    pub(super) module: u32,
    /// The core instance.
    pub(super) instance: u32,
}

/// A function that the vfs calls, and the host functions that serve it.
pub(super) struct ImportBinding<'h> {
    pub(super) import: &'h HostFunction,
    /// Functions, each with the number of the version that selects it. A single function serves all versions.
    pub(super) host: Vec<(Callee, u32)>,
}

/// A function that serves an import of the vfs.
#[derive(Clone, Copy)]
pub(super) enum Callee {
    /// A component function, to be lowered.
    Function(u32),
    /// A core function.
    Core(u32),
}

/// Adds the vfs's module and its instance, which [`fill`] completes.
pub(super) fn add(component: &mut Component<'_>, module: Vec<u8>) -> Vfs {
    let module = component.add(Item::CoreModule(module.into()));
    let instance = instantiate(component, module, Vec::new());
    Vfs { module, instance }
}

/// Gives the vfs the functions that it calls.
pub(super) fn fill<'a>(
    component: &mut Component<'a>,
    names: &'a Bump,
    &Vfs { instance, .. }: &Vfs,
    imports: &[ImportBinding<'_>],
) {
    if imports.is_empty() {
        return;
    }
    let memory = alias(component, ExternalKind::Memory, instance, "memory");
    let realloc = alias(component, ExternalKind::Func, instance, "cabi_realloc");
    let mut targets = Vec::new();
    let mut filled = Vec::new();
    let all = (0..).zip(imports);
    for ((ty, import), &(callee, version)) in
        all.flat_map(|(ty, wanted)| wanted.host.iter().map(move |host| ((ty, wanted.import), host)))
    {
        let number = filled.len();
        filled.push(Filled { slot: if import.slots > 1 { import.slot + version } else { import.slot }, ty });
        let index = match callee {
            Callee::Core(index) => index,
            Callee::Function(func_index) => {
                let options =
                    [CanonicalOption::UTF8, CanonicalOption::Memory(memory), CanonicalOption::Realloc(realloc)];
                component.add(Item::Canonical(CanonicalFunction::Lower { func_index, options: options.into() }))
            }
        };
        targets.push(Export { name: names.alloc_str(&number.to_string()), kind: ExternalKind::Func, index });
    }
    let index = alias(component, ExternalKind::Table, instance, TABLE);
    targets.push(Export { name: TABLE, kind: ExternalKind::Table, index });
    let targets = bundle(component, targets);
    let fixup = component.add(Item::CoreModule(fixup(imports, &filled).into()));
    // The table must be filled before any code of the app runs.
    component.add_before(
        |item| matches!(item, Item::CoreInstance(Instance::Instantiate { .. })),
        Item::CoreInstance(instantiation(fixup, vec![("", targets)])),
    );
}

/// A function to be put into the table.
struct Filled {
    slot: u32,
    /// The index of its type, which equals the index of the import.
    ty: u32,
}

/// Generates the fixup, which puts its imports into the table.
fn fixup(wanted: &[ImportBinding<'_>], filled: &[Filled]) -> Vec<u8> {
    let mut imports = ImportSection::new();
    let mut elements = ElementSection::new();
    for (number, filled) in (0..).zip(filled) {
        imports.import("", &number.to_string(), EntityType::Function(filled.ty));
        let slot = ConstExpr::i32_const(filled.slot.cast_signed());
        elements.active(None, &slot, Elements::Functions([number].as_slice().into()));
    }
    let table = TableType { element_type: RefType::FUNCREF, table64: false, minimum: 0, maximum: None, shared: false };
    imports.import("", TABLE, table);
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
