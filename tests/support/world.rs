//! What a component imports and exports, by name.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};
use wit_component::DecodedWasm;
use wit_parser::{Resolve, TypeDefKind, TypeId, WorldId, WorldItem, WorldKey};

/// Interfaces with their version, each with the names of its functions.
pub type Interfaces = BTreeMap<String, BTreeSet<String>>;

/// The types of a component.
pub struct World {
    resolve: Resolve,
    id: WorldId,
}

impl World {
    /// Reads a component.
    ///
    /// # Errors
    /// It is not one.
    pub fn of(component: &[u8]) -> Result<Self> {
        match wit_component::decode(component)? {
            DecodedWasm::Component(resolve, id) => Ok(Self { resolve, id }),
            DecodedWasm::WitPackage(..) => bail!("a package of WIT, not a component"),
        }
    }

    /// Everything it needs.
    #[must_use]
    pub fn imports(&self) -> Interfaces {
        self.interfaces(&self.resolve.worlds[self.id].imports)
    }

    /// Everything it offers.
    #[must_use]
    pub fn exports(&self) -> Interfaces {
        self.interfaces(&self.resolve.worlds[self.id].exports)
    }

    fn interfaces<'a>(&self, items: impl IntoIterator<Item = (&'a WorldKey, &'a WorldItem)>) -> Interfaces {
        let functions = |item: &WorldItem| match item {
            WorldItem::Interface { id, .. } => self.resolve.interfaces[*id].functions.keys().cloned().collect(),
            WorldItem::Function(_) | WorldItem::Type { .. } => BTreeSet::new(),
        };
        items.into_iter().map(|(key, item)| (self.resolve.name_world_key(key), functions(item))).collect()
    }

    /// For each resource that the imports speak of, by its name: every distinct type that is meant.
    #[must_use]
    pub fn imported_resources(&self) -> BTreeMap<String, BTreeSet<TypeId>> {
        self.resources(&self.resolve.worlds[self.id].imports)
    }

    /// The same of the exports.
    #[must_use]
    pub fn exported_resources(&self) -> BTreeMap<String, BTreeSet<TypeId>> {
        self.resources(&self.resolve.worlds[self.id].exports)
    }

    fn resources<'a>(
        &self,
        items: impl IntoIterator<Item = (&'a WorldKey, &'a WorldItem)>,
    ) -> BTreeMap<String, BTreeSet<TypeId>> {
        let mut found = BTreeMap::<String, BTreeSet<TypeId>>::new();
        for (_, item) in items {
            let WorldItem::Interface { id, .. } = item else { continue };
            for (name, &id) in &self.resolve.interfaces[*id].types {
                let origin = self.origin(id);
                if matches!(self.resolve.types[origin].kind, TypeDefKind::Resource) {
                    found.entry(name.clone()).or_default().insert(origin);
                }
            }
        }
        found
    }

    /// The type that an alias stands for.
    fn origin(&self, id: TypeId) -> TypeId {
        match self.resolve.types[id].kind {
            TypeDefKind::Type(wit_parser::Type::Id(next)) => self.origin(next),
            _ => id,
        }
    }
}
