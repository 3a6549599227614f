//! Copies WASI's interfaces, each at its version and with only the functions and types that are needed.

use std::collections::{BTreeMap, HashMap};

use wit_parser::{Interface, InterfaceId, PackageName, Resolve, TypeDef, TypeId, TypeOwner};

use crate::interface_use::{InterfaceUse, InterfaceUses};
use crate::name::InterfaceName;
use crate::wasi::Wasi;
use vfs_compose_wit as types;
use vfs_compose_wit::package_of;

/// Copies interfaces into `to`, each after those that it uses. `demands` must contain all that its members use; see
/// [`close`](crate::close). The copies get another namespace, if there is one.
pub fn copy_interfaces(
    wasi: &Wasi,
    to: &mut Resolve,
    demands: &InterfaceUses,
    namespace: Option<&str>,
) -> Vec<InterfaceId> {
    let mut copier = Copier { wasi, to, demands, namespace, done: BTreeMap::new(), order: Vec::new() };
    for (name, demand) in demands {
        copier.interface(name, demand);
    }
    copier.order
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

impl Copier<'_> {
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
