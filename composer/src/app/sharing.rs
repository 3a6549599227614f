//! Interfaces that speak of our resources without being ours.
//!
//! When the streams are ours, everything that takes or gives streams must be: a host's socket gives a stream of the host.

use std::collections::{BTreeMap, BTreeSet};

use wit_parser::{Function, InterfaceId, Resolve, Type, TypeDefKind, TypeId, TypeOwner, WorldId, WorldItem};

use crate::error::AppError;
use crate::name::InterfaceName;
use crate::wasi::{parts, signature};

/// # Errors
/// [`AppError::NotServedYet`] with everything, imported or exported, that shares resources with the interfaces in `served`.
pub(super) fn check(
    resolve: &Resolve,
    world: WorldId,
    served: &BTreeMap<InterfaceId, InterfaceName>,
) -> Result<(), AppError> {
    let mut tainted = BTreeSet::new();
    let mut names = Vec::new();
    let mut resources = BTreeSet::new();
    let world = &resolve.worlds[world];
    // Imports come after those they use, so one pass sees interfaces that share through another.
    for (key, item) in world.imports.iter().chain(&world.exports) {
        if matches!(item, WorldItem::Interface { id, .. } if served.contains_key(id)) {
            continue;
        }
        let owners = owners(resolve, item);
        let ours: Vec<_> = owners.iter().filter_map(|owner| served.get(owner)).collect();
        if ours.is_empty() && owners.is_disjoint(&tainted) {
            continue;
        }
        if let WorldItem::Interface { id, .. } = item {
            tainted.insert(*id);
        }
        resources.extend(ours.into_iter().map(ToString::to_string));
        let name = resolve.name_world_key(key);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() {
        return Ok(());
    }
    Err(AppError::NotServedYet { interfaces: names, resources: resources.into_iter().collect() })
}

/// The interfaces whose resources an item speaks of.
fn owners(resolve: &Resolve, item: &WorldItem) -> BTreeSet<InterfaceId> {
    let mut todo: Vec<Type> = Vec::new();
    let mut function = |function: &Function| todo.extend(signature(function));
    match item {
        WorldItem::Function(one) => function(one),
        WorldItem::Interface { id, .. } => {
            resolve.interfaces[*id].functions.values().for_each(&mut function);
            todo.extend(resolve.interfaces[*id].types.values().map(|id| Type::Id(*id)));
        }
        WorldItem::Type { id, .. } => todo.push(Type::Id(*id)),
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
