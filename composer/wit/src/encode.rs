//! Worlds that are made here, and components that implement them.

use std::collections::HashMap;

use indexmap::IndexMap;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{InterfaceId, PackageId, Resolve, World, WorldId, WorldItem, WorldKey};

/// The imports or exports of a world, in order.
pub type Items = IndexMap<WorldKey, WorldItem>;

/// Creates a world. In a package it can be found by its name.
pub fn world(resolve: &mut Resolve, package: Option<PackageId>, name: &str, imports: Items, exports: Items) -> WorldId {
    let world = resolve.worlds.alloc(World {
        name: name.into(),
        imports,
        exports,
        package,
        docs: Default::default(),
        stability: Default::default(),
        includes: Vec::new(),
        span: Default::default(),
    });
    if let Some(package) = package {
        resolve.packages[package].worlds.insert(name.into(), world);
    }
    world
}

/// Returns an interface as an import or export of a world.
pub fn item(id: InterfaceId) -> WorldItem {
    WorldItem::Interface {
        id,
        stability: Default::default(),
        external_id: None,
        docs: Default::default(),
        span: Default::default(),
    }
}

/// Encodes a core module that implements a world as a component. `names` renames imports: each is in the world under
/// its key, and in the component under its value.
///
/// # Errors
/// The module does not implement the world.
pub fn encode(
    mut module: Vec<u8>,
    resolve: &Resolve,
    world: WorldId,
    names: HashMap<String, String>,
) -> Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>> {
    embed_component_metadata(&mut module, resolve, world, StringEncoding::UTF8)?;
    let mut encoder = ComponentEncoder::default();
    encoder.merge_imports_based_on_semver(false).import_name_map(names);
    Ok(encoder.module(&module).and_then(|encoder| encoder.encode())?)
}
