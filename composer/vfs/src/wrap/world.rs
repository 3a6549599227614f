//! Builds the world of the wrapped interfaces: it imports the host's interfaces and the vfs's resources, and exports
//! what the app imports.

use std::collections::HashMap;

use indexmap::IndexMap;
use wit_parser::{
    Function, FunctionKind, Interface, InterfaceId, PackageName, Resolve, Type, TypeDef, TypeDefKind, TypeId,
    TypeOwner, WorldId, WorldItem, WorldKey,
};

use super::Wrapping;
use vfs_compose_wit as types;
use vfs_compose_wit::{package_of, parts};

/// The role of an interface in the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Side {
    /// Imported from the vfs: an interface that it serves, with the resources that it creates.
    Own,
    /// Imported from the host.
    Host,
    /// Exported to the app: its resources are those of the vfs for served interfaces, and those of the host for others.
    Front,
}

/// Prefixes of the namespaces of imports, which keep them apart from exports of the same name.
const OWN: &str = "own-";
const HOST: &str = "host-";
/// Prefix of the names of resource functions in the world.
const FUNCTION: &str = "vfs-compose-f";
/// Namespace and package of imports that have none.
const INLINE: &str = "inline";

/// The world, with the true names of its imports and functions.
pub(super) struct Sides {
    pub(super) resolve: Resolve,
    pub(super) world: WorldId,
    /// For each import from the host, its name in the world and its true name.
    pub(super) host: HashMap<String, String>,
    /// For each import from the vfs, its name in the world and its true name.
    pub(super) own: HashMap<String, String>,
    /// For each exported function of a resource, its name in the world and its true name. The encoder does not support
    /// functions of a resource that another interface defines, so in the world they are plain functions.
    pub(super) functions: HashMap<String, String>,
}

/// Builds the world for the wrapped interfaces.
pub(super) fn world(wrapping: &Wrapping<'_>) -> Sides {
    let mut copier = Copier {
        wrapping,
        to: Resolve { all_features: true, ..Resolve::default() },
        interfaces: IndexMap::new(),
        named: HashMap::new(),
        functions: HashMap::new(),
    };
    for &id in wrapping.interfaces {
        let interface = &wrapping.resolve.interfaces[id];
        for side in [Side::Host, Side::Front] {
            let name = copier.name(side, id);
            // The interface must exist even if it has no types and functions.
            copier.interface(side, &name);
            for ty in interface.types.values() {
                copier.id(side, *ty);
            }
            for function in interface.functions.values() {
                let copy = copier.function(side, function);
                let id = copier.interface(side, &name);
                copier.to.interfaces[id].functions.insert(copy.name.clone(), copy);
            }
        }
    }
    copier.finish()
}

struct Copier<'a> {
    wrapping: &'a Wrapping<'a>,
    to: Resolve,
    interfaces: IndexMap<(Side, String), InterfaceId>,
    /// The copied types, by interface and name.
    named: HashMap<(InterfaceId, String), TypeId>,
    /// As in [`Sides`].
    functions: HashMap<String, String>,
}

impl Copier<'_> {
    fn finish(mut self) -> Sides {
        // Types come before their users, which is the order of the app's imports.
        let path = |name: &str| name.split('@').next().unwrap_or_default().to_owned();
        let place = |side: Side, name: &str| {
            let mut imports = self.wrapping.imports.values();
            // The vfs imports one version from the host of an interface that the app may import at several.
            let place = imports.position(|one| one == name || (side == Side::Host && path(one) == path(name)));
            (side, place)
        };
        let all = self.interfaces.iter().map(|((side, name), id)| (place(*side, name), name.clone(), *id));
        let mut all: Vec<_> = all.collect();
        all.sort();
        let (mut host, mut own) = (HashMap::new(), HashMap::new());
        let (mut imports, mut exports) = (IndexMap::new(), IndexMap::new());
        for ((side, _), name, id) in all {
            let (key, one) = self.item(id, &name);
            match side {
                Side::Own => drop(own.insert(self.to.name_world_key(&key), name)),
                Side::Host => drop(host.insert(self.to.name_world_key(&key), name)),
                Side::Front => {}
            }
            let items = if side == Side::Front { &mut exports } else { &mut imports };
            items.insert(key, one);
        }
        let name = PackageName { namespace: "vfs-compose".into(), name: "wrapped".into(), version: None };
        let package = package_of(&mut self.to, name);
        let world = vfs_compose_wit::world(&mut self.to, Some(package), "wrapped", imports, exports);
        Sides { resolve: self.to, world, host, own, functions: self.functions }
    }

    fn item(&self, id: InterfaceId, name: &str) -> (WorldKey, WorldItem) {
        let is_of_package = self.to.interfaces[id].package.is_some();
        (
            if is_of_package { WorldKey::Interface(id) } else { WorldKey::Name(name.to_owned()) },
            vfs_compose_wit::item(id),
        )
    }

    /// Returns the copy of an interface, by name.
    fn interface(&mut self, side: Side, name: &str) -> InterfaceId {
        if let Some(&id) = self.interfaces.get(&(side, name.to_owned())) {
            return id;
        }
        let prefix = match side {
            Side::Own => OWN,
            Side::Host => HOST,
            Side::Front => "",
        };
        let (path, version) = name.split_once('@').map_or((name, None), |(path, version)| (path, version.parse().ok()));
        let (package, interface) = match path.split_once(':') {
            Some((namespace, rest)) => {
                let (package, interface) = rest.split_once('/').unwrap_or((rest, ""));
                (Some((namespace, package)), interface)
            }
            // An import without a package gets one.
            None => (Some((INLINE, INLINE)).filter(|_| side != Side::Front), path),
        };
        let package = package.map(|(namespace, name)| {
            let name = PackageName { namespace: format!("{prefix}{namespace}"), name: name.into(), version };
            package_of(&mut self.to, name)
        });
        let id = self.to.interfaces.alloc(Interface {
            name: package.is_some().then(|| interface.into()),
            package,
            types: Default::default(),
            functions: Default::default(),
            docs: Default::default(),
            stability: Default::default(),
            span: Default::default(),
            clone_of: None,
        });
        if let Some(package) = package {
            self.to.packages[package].interfaces.insert(interface.into(), id);
        }
        self.interfaces.insert((side, name.to_owned()), id);
        id
    }

    /// Returns the name of a wrapped interface in its role.
    fn name(&self, side: Side, id: InterfaceId) -> String {
        if side == Side::Host { self.wrapping.host_name(id) } else { self.wrapping.name(id).to_owned() }
    }

    fn function(&mut self, side: Side, from: &Function) -> Function {
        let mut to = types::function_with(from, |id| self.id(side, id));
        let is_plain = matches!(to.kind, FunctionKind::Freestanding | FunctionKind::AsyncFreestanding);
        if side == Side::Front && !is_plain {
            to.kind = if to.kind.is_async() { FunctionKind::AsyncFreestanding } else { FunctionKind::Freestanding };
            let name = format!("{FUNCTION}{}", self.functions.len());
            self.functions.insert(name.clone(), std::mem::replace(&mut to.name, name));
        }
        to
    }

    /// Returns the copy of a type of the app for an interface in this role.
    fn id(&mut self, side: Side, from: TypeId) -> TypeId {
        let ty = &self.wrapping.resolve.types[from];
        let (TypeOwner::Interface(owner), Some(name)) = (ty.owner, &ty.name) else {
            return self.copy(side, from, TypeOwner::None);
        };
        let (side, interface) = match self.wrapping.served.get(&owner) {
            // Types without resources are the same in every role.
            Some(own) if side == Side::Host && self.has_resource(from) => (side, self.wrapping.of_host(own)),
            Some(own) => (Side::Own, own.to_string()),
            None => (side, self.name(side, owner)),
        };
        let interface = self.interface(side, &interface);
        if let Some(&known) = self.named.get(&(interface, name.clone())) {
            return known;
        }
        let copy = self.copy(side, from, TypeOwner::Interface(interface));
        self.named.insert((interface, name.clone()), copy);
        self.to.interfaces[interface].types.insert(name.clone(), copy);
        copy
    }

    fn has_resource(&self, id: TypeId) -> bool {
        let kind = &self.wrapping.resolve.types[id].kind;
        matches!(kind, TypeDefKind::Resource)
            || parts(kind).into_iter().any(|ty| matches!(ty, Type::Id(id) if self.has_resource(id)))
    }

    fn copy(&mut self, side: Side, from: TypeId, owner: TypeOwner) -> TypeId {
        let TypeDef { name, kind, .. } = &self.wrapping.resolve.types[from];
        let kind = match kind {
            // In exports, a resource of the app is that of the host.
            TypeDefKind::Resource if side == Side::Front => TypeDefKind::Type(Type::Id(self.id(Side::Host, from))),
            kind => types::with_parts(kind, |part| self.id(side, part)),
        };
        types::define(&mut self.to, name.clone(), owner, kind)
    }
}
