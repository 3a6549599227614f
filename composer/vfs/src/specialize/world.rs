//! Builds the world of a tailored vfs from copies of WASI's interfaces, each at its version and with only the functions
//! and types that are needed.

use std::collections::{BTreeMap, HashMap};

use wit_parser::{Interface, InterfaceId, PackageName, Resolve, TypeDef, TypeId, TypeOwner, WorldId, WorldKey};

use vfs_compose_wasi::InterfaceName;
use vfs_compose_wasi::Wasi;
use vfs_compose_wasi::{InterfaceUse, InterfaceUses};
use vfs_compose_wit as types;
use vfs_compose_wit::package_of;

/// The namespace of imports in this world, which keeps them apart from exports of the same name.
const HOST_NAMESPACE: &str = "host";

/// Returns the name of an imported interface in the world.
pub(super) fn host_name(name: &InterfaceName) -> String {
    match name.base().split_once(':') {
        Some((_, rest)) => format!("{HOST_NAMESPACE}:{rest}@{}", name.version),
        None => name.to_string(),
    }
}

/// Builds a world that imports `host`, under the names of [`host_name`], and exports `exports`. Both must contain all
/// interfaces that their members use.
pub(super) fn build(wasi: &Wasi, host: &InterfaceUses, exports: &InterfaceUses) -> (Resolve, WorldId) {
    let mut resolve = Resolve { all_features: true, ..Resolve::default() };
    let name = PackageName { namespace: "vfs-compose".into(), name: "vfs".into(), version: None };
    let package = package_of(&mut resolve, name);
    let imports = Copier::copy_all(wasi, &mut resolve, host, Some(HOST_NAMESPACE));
    let exports = Copier::copy_all(wasi, &mut resolve, exports, None);
    let items = |ids: Vec<InterfaceId>| ids.into_iter().map(|id| (WorldKey::Interface(id), types::item(id))).collect();
    let world = types::world(&mut resolve, Some(package), "vfs", items(imports), items(exports));
    (resolve, world)
}

/// Copies interfaces, each after those that it uses, because types come before their users.
struct Copier<'a> {
    wasi: &'a Wasi,
    to: &'a mut Resolve,
    demands: &'a InterfaceUses,
    namespace: Option<&'a str>,
    done: BTreeMap<InterfaceName, InterfaceId>,
    order: Vec<InterfaceId>,
}

impl<'a> Copier<'a> {
    fn copy_all(
        wasi: &'a Wasi,
        to: &'a mut Resolve,
        demands: &'a InterfaceUses,
        namespace: Option<&'a str>,
    ) -> Vec<InterfaceId> {
        let mut copier = Self { wasi, to, demands, namespace, done: BTreeMap::new(), order: Vec::new() };
        for (name, demand) in demands {
            copier.interface(name, demand);
        }
        copier.order
    }

    fn interface(&mut self, name: &InterfaceName, demand: &InterfaceUse) -> Option<InterfaceId> {
        if let Some(&id) = self.done.get(name) {
            return Some(id);
        }
        for (path, version) in &demand.uses {
            let used = InterfaceName::new(path.clone(), version.clone());
            // An app may import a version of an interface without using anything from it.
            if let Some(demand) = self.demands.get(&used) {
                self.interface(&used, demand);
            }
        }
        let from = self.wasi.interface(&name.path)?;
        let (namespace, rest) = name.base().split_once(':')?;
        let (package, interface) = rest.split_once('/')?;
        let package = PackageName {
            namespace: self.namespace.unwrap_or(namespace).into(),
            name: package.into(),
            version: Some(name.version.clone()),
        };
        let package = package_of(self.to, package);
        let id = self.to.interfaces.alloc(Interface {
            name: Some(interface.into()),
            types: Default::default(),
            functions: Default::default(),
            package: Some(package),
            docs: Default::default(),
            stability: Default::default(),
            span: Default::default(),
            clone_of: None,
        });
        self.to.packages[package].interfaces.insert(interface.into(), id);
        let mut types = Types { copier: self, uses: demand, owner: id, copies: HashMap::new() };
        let mut named: Vec<_> = from.types.iter().filter(|(name, _)| demand.types.contains(*name)).collect();
        named.sort_by_key(|(_, id)| id.index());
        for (name, from) in named {
            let copy = types.copy(*from, TypeOwner::Interface(id));
            types.copier.to.interfaces[id].types.insert(name.clone(), copy);
        }
        for function in from.functions.values().filter(|function| demand.functions.contains(&function.name)) {
            let copy = types::function_with(function, |from| types.id(from));
            types.copier.to.interfaces[id].functions.insert(function.name.clone(), copy);
        }
        self.done.insert(name.clone(), id);
        self.order.push(id);
        Some(id)
    }
}

/// Copies the types of one interface.
struct Types<'c, 'a> {
    copier: &'c mut Copier<'a>,
    uses: &'c InterfaceUse,
    owner: InterfaceId,
    copies: HashMap<TypeId, TypeId>,
}

impl Types<'_, '_> {
    fn id(&mut self, from: TypeId) -> TypeId {
        if let Some(&copy) = self.copies.get(&from) {
            return copy;
        }
        self.foreign(from).unwrap_or_else(|| self.copy(from, TypeOwner::None))
    }

    /// Returns the copy of a type of another interface, which was copied before.
    fn foreign(&self, from: TypeId) -> Option<TypeId> {
        let (path, name) = self.copier.wasi.home_of(from)?;
        let version = self.uses.uses.get(&path)?.clone();
        let interface = *self.copier.done.get(&InterfaceName::new(path, version))?;
        self.copier.to.interfaces[interface].types.get(name).copied().filter(|_| interface != self.owner)
    }

    fn copy(&mut self, from: TypeId, owner: TypeOwner) -> TypeId {
        let TypeDef { name, kind, .. } = &self.copier.wasi.resolve.types[from];
        let kind = types::with_parts(kind, |part| self.id(part));
        let copy = types::define(self.copier.to, name.clone(), owner, kind);
        self.copies.insert(from, copy);
        copy
    }
}
