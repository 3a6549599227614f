//! Decides what a tailored vfs imports from the host.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use semver::Version;
use wit_parser::{Handle, Type, TypeDefKind, TypeId};

use super::VfsSpec;
use crate::added_imports::{AddedImports, Part};
use vfs_compose_wasi::FILESYSTEM;
use vfs_compose_wasi::InterfaceName;
use vfs_compose_wasi::InterfaceUses;
use vfs_compose_wasi::{Wasi, is_in_version};
use vfs_compose_wit::{parts, signature};

const EXIT: &str = "wasi:cli/exit";

/// The interfaces that the vfs may import by law 1, each at one version: that of the app's own import, or of what a flag
/// adds.
#[derive(Clone)]
pub struct Grants {
    versions: BTreeMap<String, Version>,
    /// Functions that the app itself imports. They are granted even if the WIT of the version lacks them.
    named: BTreeSet<(String, String)>,
    /// Interfaces of which no function is granted.
    types_alone: BTreeSet<String>,
}

impl Grants {
    /// Returns what the app's own imports allow, and what flags add. Of several versions of one interface the newest
    /// counts.
    pub fn of_app(wasi: &Wasi, imports: &InterfaceUses, added: &AddedImports) -> Self {
        let used: BTreeSet<&str> = wasi.used().filter(|path| !path.starts_with(FILESYSTEM)).collect();
        let mut versions = BTreeMap::new();
        let mut named = BTreeSet::new();
        // The order is ascending, so the newest version stays.
        for (name, demand) in imports.iter().filter(|(name, _)| used.contains(name.path.as_str())) {
            versions.insert(name.path.clone(), name.version.clone());
            named.extend(demand.functions.iter().map(|function| (name.path.clone(), function.clone())));
        }
        // A vfs with directories of the host exits where one is missing, also if the app only calls `exit-with-code`.
        if added.parts().next().is_some() && versions.contains_key(EXIT) {
            named.insert((EXIT.into(), "exit".into()));
        }
        Self { versions, named, types_alone: BTreeSet::new() }.with(added)
    }

    /// Allows everything that the vfs can use, at the oldest version; of what only flags add, what they add.
    pub fn of_any_app(wasi: &Wasi, added: &AddedImports) -> Self {
        let used = wasi.used().filter(|path| !path.starts_with(FILESYSTEM));
        let versions = used.map(|path| (path.to_owned(), Version::new(0, 2, 0))).collect();
        Self { versions, named: BTreeSet::new(), types_alone: BTreeSet::new() }.with(added)
    }

    /// Allows what flags add where the app's imports allow nothing.
    fn with(mut self, added: &AddedImports) -> Self {
        for (name, part) in added.parts() {
            if let Entry::Vacant(of_app) = self.versions.entry(name.path.clone()) {
                of_app.insert(name.version.clone());
                self.types_alone.extend((part == Part::Types).then(|| name.path.clone()));
            }
        }
        self
    }

    /// Returns the version at which the vfs may import an interface, if it may.
    pub fn version(&self, path: &str) -> Option<&Version> {
        self.versions.get(path)
    }

    fn allow(&self, wasi: &Wasi, import: &HostImport) -> bool {
        let (Some(version), Some(interface)) = (self.version(&import.path), wasi.interface(&import.path)) else {
            return false;
        };
        match &import.item {
            HostItem::Function(_) if self.types_alone.contains(&import.path) => false,
            HostItem::Drop(resource) => interface.types.contains_key(resource),
            // A vfs for any app calls `exit` in place of `exit-with-code`, which old hosts lack.
            HostItem::Function(name) if is_exit(import) && !self.named.is_empty() => {
                self.named.contains(&(import.path.clone(), name.clone()))
            }
            HostItem::Function(name) => interface.functions.get(name).is_some_and(|function| {
                is_in_version(&function.stability, version) || self.named.contains(&(import.path.clone(), name.clone()))
            }),
        }
    }
}

fn is_exit(import: &HostImport) -> bool {
    import.path == EXIT && import.item == HostItem::Function("exit".into())
}

/// An import of the module that the host would provide.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct HostImport {
    path: String,
    item: HostItem,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum HostItem {
    Function(String),
    /// The drop of a resource.
    Drop(String),
}

impl HostImport {
    /// Identifies a core import by its module and name.
    pub(super) fn new(module: &str, name: &str) -> Self {
        let item = match name.strip_prefix("[resource-drop]") {
            Some(resource) => HostItem::Drop(resource.into()),
            None => HostItem::Function(name.strip_prefix("[async-lower]").unwrap_or(name).into()),
        };
        Self { path: module.into(), item }
    }
}

/// Returns the imports that can be useful: they are granted, and some remaining import returns the resources that they
/// take. For example, an app without stdio gets no stream of the host, so no function of streams can be called, unless
/// a wrapped interface returns one.
pub(super) fn useful(wasi: &Wasi, order: &VfsSpec, imports: BTreeSet<HostImport>) -> BTreeSet<HostImport> {
    let granted: BTreeSet<_> = imports.into_iter().filter(|import| order.grants.allow(wasi, import)).collect();
    let mut useful = BTreeSet::new();
    let wrapped = order.wrapped.made.iter();
    let of_host = wrapped.filter_map(|(path, name)| wasi.resource(*wasi.interface(path)?.types.get(name)?));
    let mut made: BTreeSet<_> = of_host.collect();
    loop {
        let before = useful.len();
        for import in &granted {
            let Some((needs, makes)) = resources(wasi, import) else { continue };
            if needs.is_subset(&made) && useful.insert(import.clone()) {
                made.extend(makes);
            }
        }
        if useful.len() == before {
            return useful;
        }
    }
}

/// Returns the remaining imports as demands at the granted versions.
pub(super) fn demands(grants: &Grants, imports: &BTreeSet<HostImport>) -> InterfaceUses {
    let mut demands = InterfaceUses::new();
    for import in imports {
        let Some(version) = grants.version(&import.path) else { continue };
        let demand = demands.entry(InterfaceName::new(import.path.clone(), version.clone())).or_default();
        match &import.item {
            HostItem::Function(name) => demand.functions.insert(name.clone()),
            HostItem::Drop(resource) => demand.types.insert(resource.clone()),
        };
    }
    demands
}

/// Returns the resources that an import takes, and those that it returns.
fn resources(wasi: &Wasi, import: &HostImport) -> Option<(BTreeSet<TypeId>, BTreeSet<TypeId>)> {
    match &import.item {
        HostItem::Drop(resource) => {
            let id = *wasi.interface(&import.path)?.types.get(resource)?;
            Some((BTreeSet::from([wasi.resource(id)?]), BTreeSet::new()))
        }
        HostItem::Function(name) => {
            let function = wasi.function(&import.path, name)?;
            let params = function.params.len();
            let mut types = signature(function);
            let needs = types.by_ref().take(params).flat_map(|ty| handles(wasi, ty)).collect();
            Some((needs, types.flat_map(|ty| handles(wasi, ty)).collect()))
        }
    }
}

fn handles(wasi: &Wasi, ty: Type) -> Vec<TypeId> {
    let Type::Id(id) = ty else { return Vec::new() };
    match &wasi.resolve.types[id].kind {
        TypeDefKind::Handle(Handle::Own(id) | Handle::Borrow(id)) => wasi.resource(*id).into_iter().collect(),
        kind => parts(kind).into_iter().flat_map(|ty| handles(wasi, ty)).collect(),
    }
}
