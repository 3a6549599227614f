//! Reduces imports that no host may be asked for to their types, which other imports may use.

use wasmparser::{ComponentImport, ComponentType, ComponentTypeRef, InstanceTypeDeclaration};

use super::host::declarations;
use vfs_compose_ir::{Component, Item, Space};
use vfs_compose_wasi::App;

/// Removes the functions from these imports. By now their callers call other functions. `is_added` returns whether a flag
/// adds an import all the same.
pub(super) fn strip(app: &App, component: &mut Component<'_>, is_added: impl Fn(&str) -> bool) {
    let is_sealed = |name: &str| app.sealed_imports.contains(name) && !is_added(name);
    let sealed_imports = component.definitions().iter().filter_map(|definition| match definition.item {
        Item::Import(import) if is_sealed(import.name.name) => Some((definition.id?.number, import)),
        _ => None,
    });
    for (instance, import) in sealed_imports.collect::<Vec<_>>() {
        let Some(declarations) = declarations(component, &import) else { continue };
        let is_function = |one: &InstanceTypeDeclaration<'_>| {
            matches!(one, InstanceTypeDeclaration::Export { ty: ComponentTypeRef::Func(_), .. })
        };
        let types: Vec<_> = declarations.iter().filter(|one| !is_function(one)).cloned().collect();
        let ty = component.add(Item::Type(ComponentType::Instance(types.into())));
        let import = ComponentImport { ty: ComponentTypeRef::Instance(ty), ..import };
        component.replace(Space::Instance, instance, Item::Import(import));
    }
}
