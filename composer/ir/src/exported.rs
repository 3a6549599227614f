//! Finds the definition behind an export.

use wasmparser::{ComponentExternalKind, ComponentInstance, ComponentTypeRef};

use crate::{Component, Item, Space};

/// Returns the component function behind the export `export`, or behind `function` of an exported instance.
pub fn exported(component: &Component<'_>, export: &str, function: &str) -> Option<u32> {
    let mut exports = component.definitions().iter().filter_map(|definition| match &definition.item {
        Item::Export(export) => Some(export),
        _ => None,
    });
    let export = exports.find(|one| one.name.name == export)?;
    match export.kind {
        ComponentExternalKind::Func => Some(original(component, Space::Function, export.index)),
        ComponentExternalKind::Instance => of_instance(component, export.index, function),
        _ => None,
    }
}

/// Follows re-exports to the original item.
fn original(component: &Component<'_>, space: Space, mut number: u32) -> u32 {
    while let Some(Item::Export(export)) = component.get(space, number) {
        number = export.index;
    }
    number
}

/// Returns a function of an instance that is made of exports, or of a component that only renames its arguments.
fn of_instance(component: &Component<'_>, instance: u32, function: &str) -> Option<u32> {
    let number = match component.get(Space::Instance, original(component, Space::Instance, instance))? {
        Item::Instance(ComponentInstance::FromExports(exports)) => {
            exports.iter().find(|export| export.name.name == function)?.index
        }
        Item::Instance(ComponentInstance::Instantiate { component_index, args }) => {
            let Item::Component(bytes) = component.get(Space::Component, *component_index)? else { return None };
            let inside = Component::read(bytes).ok()?;
            let number = exported(&inside, function, function)?;
            let import = match inside.get(Space::Function, number)? {
                Item::Import(import) if matches!(import.ty, ComponentTypeRef::Func(_)) => import.name.name,
                _ => return None,
            };
            args.iter().find(|arg| arg.name == import && arg.kind == ComponentExternalKind::Func)?.index
        }
        _ => return None,
    };
    Some(original(component, Space::Function, number))
}
