//! Adds the modules to a component inside the app. Compositions have such components, and so has an app behind a
//! component that a policy interposes.

use bumpalo::Bump;
use wasmparser::{ComponentAlias, ComponentExternalKind, ComponentInstance, ComponentInstantiationArg};
use wit_parser::Function;

use super::{Inputs, is_root, start};
use vfs_compose_ir::{Component, Item, Malformed, Space};

/// Adds the modules to the component that all exports come from. Returns `false`, with nothing changed, if there is no
/// such component.
///
/// # Errors
/// - [`Malformed`]: the component cannot be parsed.
pub(super) fn put_in<'a>(
    inputs: &Inputs<'_>,
    component: &mut Component<'a>,
    names: &'a Bump,
    exports: &[(String, &Function)],
    is_vfs: &dyn Fn(&str) -> bool,
) -> Result<bool, Malformed> {
    let found: Option<Vec<_>> = exports
        .iter()
        .map(|(export, function)| {
            let (instance, name) = behind(component, export)?;
            Some((instance, (name, *function)))
        })
        .collect();
    let (instances, inner): (Vec<_>, Vec<_>) = found.unwrap_or_default().into_iter().unzip();
    let Some((&number, others)) = instances.split_first() else { return Ok(false) };
    let Some(Item::Instance(ComponentInstance::Instantiate { component_index, args })) =
        component.get(Space::Instance, number).cloned()
    else {
        return Ok(false);
    };
    let Some(&Item::Component(bytes)) = component.get(Space::Component, component_index) else { return Ok(false) };
    if others.iter().any(|other| *other != number) || times_instantiated(component, component_index) != 1 {
        return Ok(false);
    }
    // Returns whether the outer component passes on an import of the vfs under the same name.
    let goes_on = |name: &str| {
        let index = args.iter().find(|arg| arg.name == name).map(|arg| arg.index);
        let import = index.and_then(|index| component.get(Space::Instance, index));
        matches!(import, Some(Item::Import(import)) if import.name.name == name) && is_vfs(name)
    };
    let inner_names = Bump::new();
    let mut inside = Component::read(bytes)?;
    if !super::put_in(inputs, &mut inside, &inner_names, &inner, &goes_on)? {
        return Ok(false);
    }
    let bytes = names.alloc_slice_copy(&inside.emit(is_root)?.component.bytes);
    component.replace(Space::Component, component_index, Item::Component(bytes));
    let index = start::import(component, names);
    let pump = ComponentInstantiationArg { name: start::name(names), kind: ComponentExternalKind::Instance, index };
    let args = args.iter().cloned().chain([pump]).collect();
    let instance = ComponentInstance::Instantiate { component_index, args };
    component.replace(Space::Instance, number, Item::Instance(instance));
    Ok(true)
}

/// Returns the inner instance that an export comes from, and the name of the export there.
fn behind(component: &Component<'_>, export: &str) -> Option<(u32, String)> {
    let mut exports = component.definitions().iter().filter_map(|definition| match &definition.item {
        Item::Export(export) => Some(export),
        _ => None,
    });
    let export = exports.find(|one| one.name.name == export)?;
    let space = match export.kind {
        ComponentExternalKind::Func => Space::Function,
        ComponentExternalKind::Instance => Space::Instance,
        _ => return None,
    };
    match component.get(space, export.index)? {
        Item::Alias(ComponentAlias::InstanceExport { instance_index, name, .. }) => {
            Some((*instance_index, (*name).to_owned()))
        }
        _ => None,
    }
}

fn times_instantiated(component: &Component<'_>, number: u32) -> usize {
    let is_one = |item: &Item<'_>| matches!(item, Item::Instance(ComponentInstance::Instantiate { component_index, .. }) if *component_index == number);
    component.definitions().iter().filter(|definition| is_one(&definition.item)).count()
}
