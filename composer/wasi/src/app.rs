//! The app: a component, its imports and its exports.

mod expected;

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use wit_component::DecodedWasm;
use wit_parser::{InterfaceId, Resolve, Type, TypeDefKind, TypeOwner, WorldId, WorldItem};

use crate::error::AppError;
use crate::interface_use::{InterfaceUse, InterfaceUses};
use crate::name::InterfaceName;
use crate::wasi::{END, Wasi};
pub use expected::function_type;

/// The beginning of the names of the interfaces of `wasi:filesystem`.
pub const FILESYSTEM: &str = "wasi:filesystem/";

/// An app as a component, with what it needs.
pub struct App {
    /// The encoded component.
    pub component: Vec<u8>,
    /// The names of all imports, as the component has them.
    pub imports: BTreeSet<String>,
    /// The imported interfaces with their names. Each comes after those that it uses.
    pub all_interfaces: IndexMap<InterfaceId, String>,
    /// The names of all exports, in order.
    pub exports: Vec<String>,
    /// What the app uses of the imported interfaces that the vfs provides.
    pub virtual_imports: InterfaceUses,
    /// What the app uses of the imported interfaces that the vfs does not provide but itself imports from the host.
    pub lent: InterfaceUses,
    /// The names of imports that the result must not import from the host.
    pub sealed_imports: BTreeSet<String>,
    /// The types of the app.
    pub resolve: Resolve,
    /// The world of the app.
    pub world: WorldId,
    /// The imported interfaces that the vfs provides, by their ids in `resolve`.
    pub interfaces: BTreeMap<InterfaceId, InterfaceName>,
}

impl App {
    /// Reads a component. `virtualized` are the paths of the interfaces that the vfs provides.
    ///
    /// # Errors
    /// [`AppError`]: the app cannot be read, or imports something that the vfs does not provide.
    pub fn read(wasi: &Wasi, component: Vec<u8>, virtualized: &BTreeSet<&str>) -> Result<Self, AppError> {
        let decoded =
            wit_component::decode(&component).map_err(|source| AppError::Invalid { source: source.into() })?;
        let DecodedWasm::Component(resolve, world) = decoded else { return Err(AppError::WitPackage) };
        let imports = resolve.worlds[world].imports.keys().map(|key| resolve.name_world_key(key)).collect();
        let all_interfaces = resolve.worlds[world].imports.iter().filter_map(|(key, item)| match item {
            WorldItem::Interface { id, .. } => Some((*id, resolve.name_world_key(key))),
            _ => None,
        });
        let all_interfaces = all_interfaces.collect();
        let exports = resolve.worlds[world].exports.keys().map(|key| resolve.name_world_key(key)).collect();
        let interfaces = interfaces(virtualized, &resolve, world)?;
        for (id, name) in &interfaces {
            expected::check(wasi, &resolve, *id, name)?;
        }
        let virtual_imports = interfaces.iter().map(|(id, name)| (name.clone(), demand(&resolve, *id))).collect();
        let lent = lent(wasi, &resolve, world);
        let sealed_imports = BTreeSet::new();
        Ok(Self {
            component,
            imports,
            all_interfaces,
            exports,
            virtual_imports,
            lent,
            sealed_imports,
            resolve,
            world,
            interfaces,
        })
    }

    /// Returns the imports of the app that the vfs may import from the host, too.
    pub fn granted(&self) -> InterfaceUses {
        let granted = self
            .virtual_imports
            .iter()
            .chain(&self.lent)
            .filter(|(name, _)| !self.sealed_imports.contains(&name.to_string()));
        granted.map(|(name, demand)| (name.clone(), demand.clone())).collect()
    }

    /// Returns whether the app imports an interface, at any version.
    pub fn imports_path(&self, path: &str) -> bool {
        self.imports.iter().filter_map(|name| InterfaceName::parse(name)).any(|name| name.path == path)
    }

    /// Returns an imported interface of WASI 0.3 that the vfs provides, if any. Clocks do not count, because their time
    /// is the host's.
    pub fn of_0_3(&self) -> Option<&InterfaceName> {
        self.virtual_imports.keys().find(|name| name.is_wasi_0_3() && !name.path.starts_with("wasi:clocks/"))
    }

    /// Returns whether the app imports an interface of the filesystem that the vfs provides.
    pub fn has_filesystem(&self) -> bool {
        self.virtual_imports.keys().any(|name| name.path.starts_with(FILESYSTEM))
    }
}

/// Returns the imported interfaces that the vfs provides.
fn interfaces(
    virtualized: &BTreeSet<&str>,
    resolve: &Resolve,
    world: WorldId,
) -> Result<BTreeMap<InterfaceId, InterfaceName>, AppError> {
    let mut served = BTreeMap::new();
    let mut other = Vec::new();
    for (key, item) in &resolve.worlds[world].imports {
        let WorldItem::Interface { id, .. } = item else { continue };
        let full = resolve.name_world_key(key);
        match InterfaceName::parse(&full) {
            Some(name) if virtualized.contains(name.path.as_str()) && (name.is_wasi() || name.path == END) => {
                served.insert(*id, name);
            }
            _ if full.starts_with(FILESYSTEM) => other.push(full),
            _ => {}
        }
    }
    if other.is_empty() { Ok(served) } else { Err(AppError::OtherVersion { interfaces: other }) }
}

/// Returns what the app uses of imported interfaces that the vfs itself imports but does not provide.
fn lent(wasi: &Wasi, resolve: &Resolve, world: WorldId) -> InterfaceUses {
    let imports = resolve.worlds[world].imports.iter();
    let named = imports.filter_map(|(key, item)| match item {
        WorldItem::Interface { id, .. } => Some((InterfaceName::parse(&resolve.name_world_key(key))?, *id)),
        _ => None,
    });
    let used: BTreeSet<&str> = wasi.used().collect();
    let lent = named.filter(|(name, _)| used.contains(name.path.as_str()) && !wasi.serves(&name.path));
    lent.map(|(name, id)| (name, demand(resolve, id))).collect()
}

fn demand(resolve: &Resolve, id: InterfaceId) -> InterfaceUse {
    let interface = &resolve.interfaces[id];
    let mut demand = InterfaceUse {
        functions: interface.functions.keys().cloned().collect(),
        types: interface.types.keys().cloned().collect(),
        ..InterfaceUse::default()
    };
    for ty in interface.types.values() {
        let TypeDefKind::Type(Type::Id(used)) = resolve.types[*ty].kind else { continue };
        let TypeOwner::Interface(owner) = resolve.types[used].owner else { continue };
        let name = resolve.id_of(owner).and_then(|name| InterfaceName::parse(&name));
        if let Some(name) = name.filter(|_| owner != id) {
            demand.uses.insert(name.path, name.version);
        }
    }
    demand
}
