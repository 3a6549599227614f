//! What the host's functions take for good: where glue answers instead of them, it is dropped.

use std::collections::BTreeSet;

use wasmparser::CanonicalFunction;
use wit_parser::{Function, Handle, Resolve, Type, TypeDefKind, TypeId};

use super::Unlinkable;
use super::component::{Component, Item, Space};
use super::glue::Owned;
use super::served::{Resource, Served};
use crate::wasi::parts;

/// The resources whose handles a function takes for good.
pub(super) fn owned(served: &Served<'_>, function: &Function) -> Vec<Owned> {
    let resources = taken(served.resolve(), function).into_iter();
    let owned = resources.filter_map(|id| {
        let resource = served.home(id)?;
        let vfs = served.owner(&resource.interface.path).map(|_| resource.dtor());
        Some(Owned { resource: id, host: resource.drop(), vfs })
    });
    owned.collect()
}

/// Adds the host's drop of a resource's handles.
///
/// # Errors
/// - [`Unlinkable::HandedOn`]: the app does not import the interface that has the resource.
pub(super) fn add_drop(
    served: &Served<'_>,
    component: &mut Component<'_>,
    wanted: &Resource,
) -> Result<u32, Unlinkable> {
    let types = component.definitions().iter().filter_map(|definition| definition.id);
    let mut types = types.filter(|id| id.space == Space::Type).map(|id| id.number);
    let resource = types.find(|number| served.resource(component, *number).as_ref() == Some(wanted));
    let resource = resource.ok_or_else(|| Unlinkable::HandedOn { interface: wanted.interface.to_string() })?;
    Ok(component.add(Item::Canonical(CanonicalFunction::ResourceDrop { resource })))
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
