//! The WIT of WASI 0.2 and 0.3, and the world of the vfs. The build embeds both.

use std::collections::{BTreeMap, BTreeSet};

use semver::Version;
use wit_parser::{
    Function, Interface, InterfaceId, PackageId, Resolve, Stability, Type, TypeDefKind, TypeId, TypeOwner,
};
use wit_parser::{WorldItem, WorldKey};

use crate::error::WitError;
use crate::name::{self, Track};

/// Crate, name and text of each WIT file of the crates `wasip2` and `wasip3`.
pub const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/wasi.wit.rs"));
const WORLD: &str = include_str!("../../../wit/vfs.wit");
/// The WIT of the additional host imports of a vfs variant for tests.
#[cfg(feature = "test-guest")]
const LATE: &str = include_str!("../../../wit/late.wit");
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
/// The interface that defines the resource `error`. Functions of other packages, such as `network-error-code`, take it.
pub const ERRORS: &str = "wasi:io/error";
/// The additional interface that a vfs variant for tests imports from the host.
pub const LATE_TREE: &str = "vfs-compose:late/tree";
/// The vfs's own interface that has to be called at the end of a program.
pub const END: &str = "vfs-compose:vfs/end";
/// The vfs's own interface that starts the pump, which feeds the streams of WASI 0.3.
pub const PUMP: &str = "vfs-compose:vfs/pump";
/// The version of the package of [`PUMP`].
pub const PUMP_VERSION: Version = Version::new(0, 1, 0);

/// WASI at its embedded version, with the paths that the vfs provides and imports.
pub struct Wasi {
    /// All packages: those of WASI 0.2 and 0.3, and the vfs's own.
    pub resolve: Resolve,
    /// Interfaces by path.
    by_path: BTreeMap<String, InterfaceId>,
    served: BTreeSet<String>,
    used: BTreeSet<String>,
    version: Version,
    version_3: Version,
}

impl Wasi {
    /// Parses the embedded text.
    ///
    /// # Errors
    /// - [`WitError`]: a file is missing or does not parse.
    pub fn new() -> Result<Self, WitError> {
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

    /// Returns whether the vfs can provide this interface.
    pub fn serves(&self, path: &str) -> bool {
        self.served.contains(path)
    }

    /// Returns the paths of the interfaces of WASI, of one track, that the vfs can provide.
    pub fn served(&self, track: Track) -> impl Iterator<Item = &str> {
        let paths = self.served.iter().map(String::as_str);
        paths.filter(move |path| path.starts_with("wasi:") && Track::of(path) == track)
    }

    /// Returns the paths of all interfaces that the vfs may import from the host.
    pub fn used(&self) -> impl Iterator<Item = &str> {
        self.used.iter().map(String::as_str)
    }

    /// Returns the version of the embedded text of an interface.
    pub fn version(&self, path: &str) -> &Version {
        match Track::of(path) {
            Track::V0_2 => &self.version,
            Track::V0_3 => &self.version_3,
        }
    }

    /// Returns the interface at a path; `None` if there is none.
    pub fn interface(&self, path: &str) -> Option<&Interface> {
        self.by_path.get(path).map(|&id| &self.resolve.interfaces[id])
    }

    /// Returns the function `name` of the interface at `path`.
    pub fn function(&self, path: &str, name: &str) -> Option<&Function> {
        self.interface(path)?.functions.get(name)
    }

    /// Returns the path of the interface that defines a type, and its name there; `None` for a type without a name.
    pub fn home_of(&self, id: TypeId) -> Option<(String, &str)> {
        let ty = &self.resolve.types[id];
        let TypeOwner::Interface(owner) = ty.owner else { return None };
        Some((path_of(&self.resolve, owner)?, ty.name.as_deref()?))
    }

    /// Returns the resource that a type stands for, through any number of aliases.
    pub fn resource(&self, mut id: TypeId) -> Option<TypeId> {
        loop {
            match self.resolve.types[id].kind {
                TypeDefKind::Type(Type::Id(next)) => id = next,
                TypeDefKind::Resource => return Some(id),
                _ => return None,
            }
        }
    }
}

/// Returns all packages of WASI 0.2, without unstable items.
///
/// # Errors
/// - [`WitError`]: a file is missing or does not parse.
pub fn stable() -> Result<Resolve, WitError> {
    let mut resolve = Resolve::default();
    push_all(&mut resolve, &ORDER)?;
    Ok(resolve)
}

/// Adds the embedded text of these files and returns their version.
fn push_all(resolve: &mut Resolve, files: &[&'static str]) -> Result<Version, WitError> {
    let mut version = None;
    for &name in files {
        let (name, text) = FILES.iter().find(|(file, _)| *file == name).ok_or(WitError::NoWit { name })?;
        let package = push(resolve, name, text)?;
        version = resolve.packages[package].name.version.clone();
    }
    version.ok_or(WitError::NoWit { name: "version" })
}

/// Returns whether a package has an item at `version`.
pub fn is_in_version(stability: &Stability, version: &Version) -> bool {
    match stability {
        Stability::Unknown => true,
        Stability::Unstable { .. } => false,
        Stability::Stable { since, .. } => since <= version,
    }
}

/// Returns the path of an interface, as in [`InterfaceName::path`](crate::InterfaceName::path).
pub fn path_of(resolve: &Resolve, id: InterfaceId) -> Option<String> {
    let interface = &resolve.interfaces[id];
    let package = &resolve.packages[interface.package?].name;
    let base = format!("{}:{}/{}", package.namespace, package.name, interface.name.as_ref()?);
    Some(match &package.version {
        Some(version) => name::path(&base, version),
        None => base,
    })
}

fn push(resolve: &mut Resolve, name: &str, text: &str) -> Result<PackageId, WitError> {
    resolve.push_source(name, text).map_err(|source| WitError::Wit { source: source.into() })
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
