//! Finds the resources that appear in the types of an import or export.

use std::collections::BTreeSet;

use wit_parser::{Function, InterfaceId, Resolve, Type, TypeDefKind, TypeId, TypeOwner, WorldItem};

use vfs_compose_wit::{parts, signature};

/// Returns the functions of an import or export.
pub(super) fn functions<'a>(resolve: &'a Resolve, item: &'a WorldItem) -> Vec<&'a Function> {
    match item {
        WorldItem::Function(function) => vec![function],
        WorldItem::Interface { id, .. } => resolve.interfaces[*id].functions.values().collect(),
        WorldItem::Type { .. } => Vec::new(),
    }
}

/// Returns the interfaces whose resources appear in the types of an import or export.
pub(super) fn owners(resolve: &Resolve, item: &WorldItem) -> BTreeSet<InterfaceId> {
    let mut todo: Vec<Type> = functions(resolve, item).into_iter().flat_map(signature).collect();
    match item {
        WorldItem::Interface { id, .. } => {
            todo.extend(resolve.interfaces[*id].types.values().map(|id| Type::Id(*id)));
        }
        WorldItem::Type { id, .. } => todo.push(Type::Id(*id)),
        WorldItem::Function(_) => {}
    }
    let mut seen = BTreeSet::<TypeId>::new();
    let mut owners = BTreeSet::new();
    while let Some(ty) = todo.pop() {
        let Type::Id(id) = ty else { continue };
        if !seen.insert(id) {
            continue;
        }
        let definition = &resolve.types[id];
        if let (TypeDefKind::Resource, TypeOwner::Interface(owner)) = (&definition.kind, definition.owner) {
            owners.insert(owner);
        }
        todo.extend(parts(&definition.kind));
    }
    owners
}
