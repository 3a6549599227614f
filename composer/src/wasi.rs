//! The WIT of WASI 0.2 and 0.3 and our own world over it, as of build time.

use std::collections::{BTreeMap, BTreeSet};

use semver::Version;
use wit_parser::{
    Function, Interface, InterfaceId, Package, PackageId, PackageName, Resolve, Stability, Type, TypeDefKind, TypeId,
    TypeOwner,
};
use wit_parser::{WorldItem, WorldKey};

use crate::error::TailorError;
use crate::name::{TRACK_3, track};

/// Crate, name and text of each WIT file of the crates `wasip2` and `wasip3`.
pub(crate) const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/wasi.wit.rs"));
const WORLD: &str = include_str!("../../wit/vfs.wit");
/// What a variant of the vfs for tests asks of the host besides.
#[cfg(feature = "test-guest")]
const LATE: &str = include_str!("../../wit/late.wit");
/// Dependencies before their users.
const ORDER: [&str; 7] = [
    "wasip2/io.wit",
    "wasip2/clocks.wit",
    "wasip2/random.wit",
    "wasip2/filesystem.wit",
    "wasip2/sockets.wit",
    "wasip2/cli.wit",
    "wasip2/http.wit",
];
const ORDER_3: [&str; 6] = [
    "wasip3/clocks.wit",
    "wasip3/random.wit",
    "wasip3/filesystem.wit",
    "wasip3/sockets.wit",
    "wasip3/cli.wit",
    "wasip3/http.wit",
];
/// The interface of the host's that a variant for tests asks.
pub(crate) const LATE_TREE: &str = "vfs-compose:late/tree";
/// The interface of the vfs's own that starts what feeds the streams of WASI 0.3.
pub(crate) const PUMP: &str = "vfs-compose:vfs/pump";
pub(crate) const PUMP_VERSION: Version = Version::new(0, 1, 0);

/// WASI at the version it was published with, and what of it the vfs serves and uses.
pub(crate) struct Wasi {
    pub(crate) resolve: Resolve,
    /// Interfaces by path without version.
    by_path: BTreeMap<String, InterfaceId>,
    served: BTreeSet<String>,
    used: BTreeSet<String>,
    version: Version,
    version_3: Version,
}

impl Wasi {
    /// Parses the embedded text.
    pub(crate) fn new() -> Result<Self, TailorError> {
        let mut resolve = Resolve { all_features: true, ..Resolve::default() };
        let version = push_all(&mut resolve, &ORDER)?;
        let version_3 = push_all(&mut resolve, &ORDER_3)?;
        let own = push(&mut resolve, "vfs.wit", WORLD)?;
        let world = resolve.packages[own].worlds["vfs"];
        #[cfg(feature = "test-guest")]
        push(&mut resolve, "late.wit", LATE)?;
        let by_path = resolve.interfaces.iter().filter_map(|(id, _)| Some((path_of(&resolve, id)?, id))).collect();
        let served = paths(&resolve, &resolve.worlds[world].exports);
        let mut used = paths(&resolve, &resolve.worlds[world].imports);
        used.extend(cfg!(feature = "test-guest").then(|| LATE_TREE.to_owned()));
        Ok(Self { resolve, by_path, served, used, version, version_3 })
    }

    /// Whether the vfs has this interface.
    pub(crate) fn serves(&self, path: &str) -> bool {
        self.served.contains(path)
    }

    /// Paths of the interfaces of WASI 0.2 that the vfs has.
    pub(crate) fn served(&self) -> impl Iterator<Item = &str> {
        self.served.iter().map(String::as_str).filter(|path| path.starts_with("wasi:") && !path.ends_with(TRACK_3))
    }

    /// The same of WASI 0.3.
    #[cfg(test)]
    pub(crate) fn served_3(&self) -> impl Iterator<Item = &str> {
        self.served.iter().map(String::as_str).filter(|path| path.ends_with(TRACK_3))
    }

    /// Paths of all interfaces that the vfs may ask of the host.
    pub(crate) fn used(&self) -> impl Iterator<Item = &str> {
        self.used.iter().map(String::as_str)
    }

    /// The version that the embedded text of an interface has.
    pub(crate) fn version(&self, path: &str) -> &Version {
        if path.ends_with(TRACK_3) { &self.version_3 } else { &self.version }
    }

    pub(crate) fn interface(&self, path: &str) -> Option<&Interface> {
        self.by_path.get(path).map(|&id| &self.resolve.interfaces[id])
    }

    pub(crate) fn function(&self, path: &str, name: &str) -> Option<&Function> {
        self.interface(path)?.functions.get(name)
    }

    /// The path of the interface a type belongs to, and its name there. `None` for a type without a name.
    pub(crate) fn home_of(&self, id: TypeId) -> Option<(String, &str)> {
        let ty = &self.resolve.types[id];
        let TypeOwner::Interface(owner) = ty.owner else { return None };
        Some((path_of(&self.resolve, owner)?, ty.name.as_deref()?))
    }

    /// The resource that a name stands for, through `use` and other aliases.
    pub(crate) fn resource(&self, mut id: TypeId) -> Option<TypeId> {
        loop {
            match self.resolve.types[id].kind {
                TypeDefKind::Type(Type::Id(next)) => id = next,
                TypeDefKind::Resource => return Some(id),
                _ => return None,
            }
        }
    }
}

/// All packages of WASI 0.2 without what is not stable.
pub(crate) fn stable() -> Result<Resolve, TailorError> {
    let mut resolve = Resolve::default();
    push_all(&mut resolve, &ORDER)?;
    Ok(resolve)
}

/// Adds the embedded text, and gives its version.
fn push_all(resolve: &mut Resolve, files: &[&'static str]) -> Result<Version, TailorError> {
    let mut version = None;
    for &name in files {
        let (name, text) = FILES.iter().find(|(file, _)| *file == name).ok_or(TailorError::NoWit { name })?;
        let package = push(resolve, name, text)?;
        version = resolve.packages[package].name.version.clone();
    }
    version.ok_or(TailorError::NoWit { name: "version" })
}

/// Whether an item is part of a package at `version`.
pub(crate) fn is_in_version(stability: &Stability, version: &Version) -> bool {
    match stability {
        Stability::Unknown => true,
        Stability::Unstable { .. } => false,
        Stability::Stable { since, .. } => since <= version,
    }
}

/// The types a type is made of.
pub(crate) fn parts(kind: &TypeDefKind) -> Vec<Type> {
    use wit_parser::Handle;
    match kind {
        TypeDefKind::Record(record) => record.fields.iter().map(|field| field.ty).collect(),
        TypeDefKind::Handle(Handle::Own(id) | Handle::Borrow(id)) => vec![Type::Id(*id)],
        TypeDefKind::Tuple(tuple) => tuple.types.clone(),
        TypeDefKind::Variant(variant) => variant.cases.iter().filter_map(|case| case.ty).collect(),
        TypeDefKind::Option(ty)
        | TypeDefKind::List(ty)
        | TypeDefKind::FixedLengthList(ty, _)
        | TypeDefKind::Type(ty) => vec![*ty],
        TypeDefKind::Map(key, value) => vec![*key, *value],
        TypeDefKind::Result(result) => [result.ok, result.err].into_iter().flatten().collect(),
        TypeDefKind::Future(ty) | TypeDefKind::Stream(ty) => ty.iter().copied().collect(),
        TypeDefKind::Resource | TypeDefKind::Flags(_) | TypeDefKind::Enum(_) | TypeDefKind::Unknown => Vec::new(),
    }
}

/// Parameters and result of a function.
pub(crate) fn signature(function: &Function) -> impl Iterator<Item = Type> + '_ {
    function.params.iter().map(|param| param.ty).chain(function.result)
}

/// The path of an interface, as in [`InterfaceName::path`](crate::InterfaceName::path).
pub(crate) fn path_of(resolve: &Resolve, id: InterfaceId) -> Option<String> {
    let interface = &resolve.interfaces[id];
    let package = &resolve.packages[interface.package?].name;
    let base = format!("{}:{}/{}", package.namespace, package.name, interface.name.as_ref()?);
    Some(match &package.version {
        Some(version) => track(&base, version),
        None => base,
    })
}

/// The package of this name, made if it is not there.
pub(crate) fn package_of(resolve: &mut Resolve, name: PackageName) -> PackageId {
    if let Some(&id) = resolve.package_names.get(&name) {
        return id;
    }
    let package = Package {
        name: name.clone(),
        docs: Default::default(),
        interfaces: Default::default(),
        worlds: Default::default(),
    };
    let id = resolve.packages.alloc(package);
    resolve.package_names.insert(name, id);
    id
}

fn push(resolve: &mut Resolve, name: &str, text: &str) -> Result<PackageId, TailorError> {
    resolve.push_source(name, text).map_err(|source| TailorError::Wit { source: source.into() })
}

fn paths(resolve: &Resolve, items: &indexmap::IndexMap<WorldKey, WorldItem>) -> BTreeSet<String> {
    items
        .values()
        .filter_map(|item| match item {
            WorldItem::Interface { id, .. } => path_of(resolve, *id),
            _ => None,
        })
        .collect()
}
