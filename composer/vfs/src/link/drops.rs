//! Adds drops of host resources that the app itself never drops.

use wasmparser::{CanonicalFunction, ComponentAlias, ComponentExternalKind, ComponentTypeRef, InstanceTypeDeclaration};

use super::Unlinkable;
use super::host::declarations;
use super::served::{Resource, Served};
use vfs_compose_ir::{Component, Item, Space};

/// Adds the core function that drops a host handle of a resource.
///
/// # Errors
/// - [`Unlinkable::Resource`]: the app does not import the resource with its interface.
pub(super) fn add_drop(
    served: &Served<'_>,
    component: &mut Component<'_>,
    wanted: &Resource,
) -> Result<u32, Unlinkable> {
    let types = component.definitions().iter().filter_map(|definition| definition.id);
    let mut types = types.filter(|id| id.space == Space::Type).map(|id| id.number);
    let resource = types.find(|number| served.resource(component, *number).as_ref() == Some(wanted));
    // An app that neither drops nor creates such handles may have no alias of the type.
    let resource = resource.or_else(|| Some(component.add(imported(component, wanted)?)));
    let resource = resource.ok_or_else(|| Unlinkable::Resource { name: wanted.to_string() })?;
    Ok(component.add(Item::Canonical(CanonicalFunction::ResourceDrop { resource })))
}

/// Returns an alias of the type of an imported resource.
fn imported<'a>(component: &Component<'a>, wanted: &Resource) -> Option<Item<'a>> {
    component.definitions().iter().find_map(|definition| {
        let (Item::Import(import), Some(id)) = (&definition.item, definition.id) else { return None };
        if import.name.name != wanted.import {
            return None;
        }
        let name = declarations(component, import)?.iter().find_map(|declaration| match declaration {
            InstanceTypeDeclaration::Export { name, ty: ComponentTypeRef::Type(_) } if name.name == wanted.name => {
                Some(name.name)
            }
            _ => None,
        })?;
        let kind = ComponentExternalKind::Type;
        Some(Item::Alias(ComponentAlias::InstanceExport { kind, instance_index: id.number, name }))
    })
}
