//! What the app, together with the components already in front of it, still imports.

use std::borrow::Cow;
use std::collections::BTreeSet;

use wit_parser::{InterfaceId, Resolve, WorldId, WorldItem, WorldKey};

use vfs_compose_wasi::App;
use vfs_compose_wit::Items;

/// The imports of the app, changed by each component that is put in front of it.
pub(super) struct Imports<'a> {
    /// The types of the app, and of what the components import besides. A copy as soon as something changes.
    pub(super) resolve: Cow<'a, Resolve>,
    world: WorldId,
}

impl<'a> Imports<'a> {
    /// Returns the imports of an app with nothing in front of it.
    pub(super) fn of(app: &'a App) -> Self {
        Self { resolve: Cow::Borrowed(&app.resolve), world: app.world }
    }

    /// Returns the imports, in order. An interface comes after those that it uses.
    pub(super) fn items(&self) -> &Items {
        &self.resolve.worlds[self.world].imports
    }

    /// Returns the exports of the app.
    pub(super) fn exports(&self) -> &Items {
        &self.resolve.worlds[self.world].exports
    }

    /// Returns the names of the imports.
    pub(super) fn names(&self) -> BTreeSet<String> {
        self.items().keys().map(|key| self.resolve.name_world_key(key)).collect()
    }

    /// Returns the import of this name; `None` if it is not an interface.
    pub(super) fn interface(&self, name: &str) -> Option<(WorldKey, InterfaceId)> {
        let (key, item) = self.items().iter().find(|(key, _)| self.resolve.name_world_key(key) == name)?;
        Some((key.clone(), id_of(item)?))
    }

    /// Creates a world with some of the imports, which exports others of them under the same names.
    pub(super) fn world(
        &mut self,
        is_imported: impl Fn(&WorldKey, &WorldItem) -> bool,
        is_exported: impl Fn(&WorldKey) -> bool,
    ) -> WorldId {
        let chosen = |is_chosen: &dyn Fn(&WorldKey, &WorldItem) -> bool| -> Items {
            let items = self.items().iter().filter(|(key, item)| is_chosen(key, item));
            items.map(|(key, item)| (key.clone(), item.clone())).collect()
        };
        let (imports, exports) = (chosen(&is_imported), chosen(&|key, _| is_exported(key)));
        let package = self.resolve.worlds[self.world].package;
        vfs_compose_wit::world(self.resolve.to_mut(), package, "front", imports, exports)
    }

    /// Removes an import that a component in front of the app provides.
    pub(super) fn remove(&mut self, key: &WorldKey) {
        self.resolve.to_mut().worlds[self.world].imports.shift_remove(key);
    }
}

/// Returns the interface of an import or export.
pub(super) fn id_of(item: &WorldItem) -> Option<InterfaceId> {
    match item {
        WorldItem::Interface { id, .. } => Some(*id),
        WorldItem::Function(_) | WorldItem::Type { .. } => None,
    }
}
