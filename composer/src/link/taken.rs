//! What the host's functions take for good: where glue answers instead of them, it is dropped.

use std::collections::BTreeSet;

use wasmparser::{CanonicalFunction, ComponentAlias, ComponentExternalKind, ComponentTypeRef, InstanceTypeDeclaration};
use wit_parser::{Function, Handle, Resolve, Type, TypeDefKind, TypeId};

use super::Unlinkable;
use super::glue::Owned;
use super::host::declarations;
use super::served::{Resource, Served};
use crate::component::{Component, Item, Space};
use crate::wasi::parts;

/// The resources whose handles a function takes for good.
pub(super) fn owned(served: &Served<'_>, function: &Function) -> Vec<Owned> {
    let resources = taken(served.resolve(), function).into_iter();
    let owned = resources.filter_map(|id| {
        let resource = served.home(id)?;
        let vfs = served.dtor(&resource);
        Some(Owned { resource: id, host: resource.drop(), vfs })
    });
    owned.collect()
}

/// Adds the host's drop of a resource's handles.
///
/// # Errors
/// - [`Unlinkable::Resource`]: the app does not import the resource by the name of its interface.
pub(super) fn add_drop(
    served: &Served<'_>,
    component: &mut Component<'_>,
    wanted: &Resource,
) -> Result<u32, Unlinkable> {
    let types = component.definitions().iter().filter_map(|definition| definition.id);
    let mut types = types.filter(|id| id.space == Space::Type).map(|id| id.number);
    let resource = types.find(|number| served.resource(component, *number).as_ref() == Some(wanted));
    // An app that neither drops nor makes such a handle has no name for its type.
    let resource = resource.or_else(|| Some(component.add(imported(component, wanted)?)));
    let resource = resource.ok_or_else(|| Unlinkable::Resource { name: wanted.to_string() })?;
    Ok(component.add(Item::Canonical(CanonicalFunction::ResourceDrop { resource })))
}

/// The type of an imported resource.
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

/// The resources whose handles a function of any package takes for good.
pub(super) fn taken(resolve: &Resolve, function: &Function) -> BTreeSet<TypeId> {
    let mut taken = BTreeSet::new();
    let mut todo: Vec<Type> = function.params.iter().map(|param| param.ty).collect();
    while let Some(ty) = todo.pop() {
        let Type::Id(id) = ty else { continue };
        match &resolve.types[id].kind {
            TypeDefKind::Handle(Handle::Own(resource)) => {
                let mut resource = *resource;
                while let TypeDefKind::Type(Type::Id(next)) = resolve.types[resource].kind {
                    resource = next;
                }
                taken.insert(resource);
            }
            kind => todo.extend(parts(kind)),
        }
    }
    taken
}
