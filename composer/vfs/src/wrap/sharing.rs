//! Finds the host interfaces whose signatures mention resources of the vfs.
//!
//! If the streams of the app are those of the vfs, the host's own streams do not fit any more. So every interface that
//! takes or returns streams, such as sockets, must be wrapped. This module finds these interfaces, and checks that they
//! can be.

use std::collections::{BTreeMap, BTreeSet};

use wit_parser::{Function, InterfaceId, Resolve, Type, TypeDefKind, TypeId, TypeOwner, WorldItem};

use super::is_mixed;
use vfs_compose_adapter::handle_translation::check;
use vfs_compose_wasi::App;
use vfs_compose_wasi::AppError;
use vfs_compose_wasi::InterfaceName;
use vfs_compose_wit::{parts, signature};

/// Returns the imported interfaces that a plugged vfs must wrap: it does not serve them, and they share its resources,
/// directly or through another interface. Interfaces whose types those use are included. Used interfaces come first.
///
/// # Errors
/// [`AppError::NotPluggable`]: names all imports and exports that share resources in a way that cannot be wrapped.
pub fn interfaces(app: &App) -> Result<Vec<InterfaceId>, AppError> {
    let (resolve, served) = (&app.resolve, &app.interfaces);
    let mut wrapped = BTreeSet::new();
    let mut refused = Refused::default();
    let world = &resolve.worlds[app.world];
    // An interface comes after those that it uses, so one pass also finds sharing through another interface.
    for (key, item) in &world.imports {
        if matches!(item, WorldItem::Interface { id, .. } if served.contains_key(id)) {
            continue;
        }
        let resources = resources(resolve, item);
        let ours = Ours::of(resolve, served, &resources);
        if ours.is_empty() && owners(resolve, &resources).is_disjoint(&wrapped) {
            continue;
        }
        match item {
            WorldItem::Interface { id, .. } if ours.may_be_the_hosts && can_be_carried(resolve, *id) => {
                wrapped.insert(*id);
            }
            _ => refused.add(resolve.name_world_key(key), ours),
        }
    }
    for (key, item) in &world.exports {
        let ours = Ours::of(resolve, served, &resources(resolve, item));
        if !ours.is_empty() {
            refused.add(resolve.name_world_key(key), ours);
        }
    }
    refused.into_result()?;
    // In reverse order, each interface adds those that it uses.
    let mut all = Vec::new();
    for item in world.imports.values().rev() {
        let WorldItem::Interface { id, .. } = item else { continue };
        if wrapped.contains(id) {
            let used = types(resolve, item).into_iter().filter_map(|ty| owner(resolve, ty));
            wrapped.extend(used.filter(|used| !served.contains_key(used)));
            all.push(*id);
        }
    }
    all.reverse();
    Ok(all)
}

/// Imports and exports that cannot be wrapped.
#[derive(Default)]
struct Refused {
    names: Vec<String>,
    resources: BTreeSet<String>,
}

impl Refused {
    fn add(&mut self, name: String, ours: Ours) {
        self.resources.extend(ours.interfaces);
        if !self.names.contains(&name) {
            self.names.push(name);
        }
    }

    fn into_result(self) -> Result<(), AppError> {
        if self.names.is_empty() {
            return Ok(());
        }
        Err(AppError::NotPluggable { interfaces: self.names, resources: self.resources.into_iter().collect() })
    }
}

/// What an import or export mentions of the served interfaces.
struct Ours {
    interfaces: BTreeSet<String>,
    /// Whether the host, too, can have each mentioned resource.
    may_be_the_hosts: bool,
}

impl Ours {
    fn of(resolve: &Resolve, served: &BTreeMap<InterfaceId, InterfaceName>, resources: &BTreeSet<TypeId>) -> Self {
        let ours = resources.iter().filter_map(|id| Some((served.get(&owner(resolve, *id)?)?, *id)));
        let mut all = Self { interfaces: BTreeSet::new(), may_be_the_hosts: true };
        for (interface, id) in ours {
            let name = resolve.types[id].name.as_deref().unwrap_or_default();
            all.may_be_the_hosts &= is_mixed(&interface.path, name);
            all.interfaces.insert(interface.to_string());
        }
        all
    }

    fn is_empty(&self) -> bool {
        self.interfaces.is_empty()
    }
}

/// Returns whether every function of an interface can have an adapter.
fn can_be_carried(resolve: &Resolve, id: InterfaceId) -> bool {
    let functions = &resolve.interfaces[id].functions;
    functions.iter().all(|(name, function)| check(resolve, name, function).is_ok())
}

fn owner(resolve: &Resolve, id: TypeId) -> Option<InterfaceId> {
    match resolve.types[id].owner {
        TypeOwner::Interface(owner) => Some(owner),
        _ => None,
    }
}

fn owners(resolve: &Resolve, types: &BTreeSet<TypeId>) -> BTreeSet<InterfaceId> {
    types.iter().filter_map(|id| owner(resolve, *id)).collect()
}

/// Returns the resources that an import or export mentions.
fn resources(resolve: &Resolve, item: &WorldItem) -> BTreeSet<TypeId> {
    let is_resource = |id: &TypeId| matches!(resolve.types[*id].kind, TypeDefKind::Resource);
    types(resolve, item).into_iter().filter(is_resource).collect()
}

/// Returns all types that an import or export contains.
fn types(resolve: &Resolve, item: &WorldItem) -> BTreeSet<TypeId> {
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
    while let Some(ty) = todo.pop() {
        let Type::Id(id) = ty else { continue };
        if seen.insert(id) {
            todo.extend(parts(&resolve.types[id].kind));
        }
    }
    seen
}
