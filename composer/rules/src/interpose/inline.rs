//! Copies value types of exported interfaces into the imports that use them.
//!
//! An import cannot use a type of an interface that the same component exports. A value type is the same type wherever
//! it is defined, so a copy serves. A resource type is not, but interfaces that mention a denied resource are exported
//! along with it and need no copy.

use std::collections::{BTreeSet, HashMap};

use wit_parser::{InterfaceId, Resolve, Type, TypeDefKind, TypeId, TypeOwner, WorldId, WorldItem, WorldKey};

use super::imports::id_of;

/// Copies the types that the imports of a world use. Afterwards, a type of the world may come before types that it is
/// made of.
pub(super) fn inline(resolve: &mut Resolve, world: WorldId) {
    let exported = &resolve.worlds[world].exports.values().filter_map(id_of).collect();
    let imports = resolve.worlds[world].imports.clone();
    for id in imports.values().filter_map(id_of) {
        let interface = &resolve.interfaces[id];
        let types: Vec<_> = interface.types.values().copied().collect();
        let taken = interface.types.keys().chain(interface.functions.keys()).cloned().collect();
        let added = Receiver::new(resolve, exported, TypeOwner::Interface(id), taken).define(&types);
        resolve.interfaces[id].types.extend(added);
    }
    let types = imports.values().filter_map(|item| match item {
        WorldItem::Type { id, .. } => Some(*id),
        WorldItem::Function(_) | WorldItem::Interface { .. } => None,
    });
    let types: Vec<_> = types.collect();
    let taken = imports.keys().map(|key| resolve.name_world_key(key)).collect();
    let added = Receiver::new(resolve, exported, TypeOwner::World(world), taken).define(&types);
    let item = |(name, id)| (WorldKey::Name(name), WorldItem::Type { id, span: Default::default() });
    resolve.worlds[world].imports.extend(added.into_iter().map(item));
}

/// The interface or world that receives the copies.
struct Receiver<'a> {
    resolve: &'a mut Resolve,
    exported: &'a BTreeSet<InterfaceId>,
    owner: TypeOwner,
    /// Names that are in use there.
    taken: BTreeSet<String>,
    made: HashMap<TypeId, TypeId>,
    added: Vec<(String, TypeId)>,
}

impl<'a> Receiver<'a> {
    fn new(
        resolve: &'a mut Resolve,
        exported: &'a BTreeSet<InterfaceId>,
        owner: TypeOwner,
        taken: BTreeSet<String>,
    ) -> Self {
        Self { resolve, exported, owner, taken, made: HashMap::new(), added: Vec::new() }
    }

    /// Redefines `types` without uses of exported interfaces. Returns the copies that this needs, by name.
    fn define(mut self, types: &[TypeId]) -> Vec<(String, TypeId)> {
        for &id in types {
            let kind = self.kind(id);
            self.resolve.types[id].kind = kind;
        }
        self.added
    }

    /// Returns the definition of a type, without uses of exported interfaces.
    fn kind(&mut self, mut id: TypeId) -> TypeDefKind {
        while let TypeDefKind::Type(Type::Id(used)) = self.resolve.types[id].kind
            && self.is_of_exported(used)
        {
            id = used;
        }
        let kind = self.resolve.types[id].kind.clone();
        vfs_compose_wit::with_parts(&kind, |part| self.part(part))
    }

    /// Returns the type to use for a component of another type: itself or a copy.
    fn part(&mut self, id: TypeId) -> TypeId {
        if let Some(made) = self.made.get(&id) {
            return *made;
        }
        let definition = &self.resolve.types[id];
        let name = definition.name.clone();
        let made = match &name {
            Some(name) if self.is_of_exported(id) => {
                let kind = self.kind(id);
                let name = self.free(name);
                let made = vfs_compose_wit::define(self.resolve, Some(name.clone()), self.owner, kind);
                self.added.push((name, made));
                made
            }
            None => {
                let before = definition.kind.clone();
                let kind = vfs_compose_wit::with_parts(&before, |part| self.part(part));
                if kind == before { id } else { vfs_compose_wit::define(self.resolve, None, TypeOwner::None, kind) }
            }
            Some(_) => id,
        };
        self.made.insert(id, made);
        made
    }

    fn is_of_exported(&self, id: TypeId) -> bool {
        let definition = &self.resolve.types[id];
        matches!(definition.owner, TypeOwner::Interface(owner) if self.exported.contains(&owner))
            && !matches!(definition.kind, TypeDefKind::Resource)
    }

    /// Returns an unused name that begins with this one.
    fn free(&mut self, name: &str) -> String {
        let mut free = name.to_owned();
        while !self.taken.insert(free.clone()) {
            free.push_str("-of-exported");
        }
        free
    }
}
