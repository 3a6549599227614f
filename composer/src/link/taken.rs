//! What the host's functions take for good: where glue answers instead of them, it is dropped.

use std::collections::BTreeSet;

use wit_parser::{Function, Handle, Resolve, Type, TypeDefKind, TypeId};

use super::glue::Owned;
use super::served::Served;
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
