//! What imports use of an interface that is exported: defined in its place.
//!
//! Nobody else could give it: to an importer of the interface it is the exporter's. Types of values are the same wherever they are
//! defined; resources are not, but what speaks of one is exported with it.

use std::collections::{BTreeSet, HashMap};

use wit_parser::{InterfaceId, Resolve, Type, TypeDefKind, TypeId, TypeOwner, WorldId, WorldItem, WorldKey};

/// Does so for the imports of a world. The order of its types is no longer one in which each is made of those before it.
pub(super) fn inline(resolve: &mut Resolve, world: WorldId) {
    let of = |item: &WorldItem| match item {
        WorldItem::Interface { id, .. } => Some(*id),
        WorldItem::Function(_) | WorldItem::Type { .. } => None,
    };
    let exported = &resolve.worlds[world].exports.values().filter_map(of).collect();
    let imports = resolve.worlds[world].imports.clone();
    for id in imports.values().filter_map(of) {
        let interface = &resolve.interfaces[id];
        let types: Vec<_> = interface.types.values().copied().collect();
        let taken = interface.types.keys().chain(interface.functions.keys()).cloned().collect();
        let added = Place::new(resolve, exported, TypeOwner::Interface(id), taken).define(&types);
        resolve.interfaces[id].types.extend(added);
    }
    let types = imports.values().filter_map(|item| match item {
        WorldItem::Type { id, .. } => Some(*id),
        WorldItem::Function(_) | WorldItem::Interface { .. } => None,
    });
    let types: Vec<_> = types.collect();
    let taken = imports.keys().map(|key| resolve.name_world_key(key)).collect();
    let added = Place::new(resolve, exported, TypeOwner::World(world), taken).define(&types);
    let item = |(name, id)| (WorldKey::Name(name), WorldItem::Type { id, span: Default::default() });
    resolve.worlds[world].imports.extend(added.into_iter().map(item));
}

/// Where definitions are put.
struct Place<'a> {
    resolve: &'a mut Resolve,
    exported: &'a BTreeSet<InterfaceId>,
    owner: TypeOwner,
    /// Names that another definition cannot have.
    taken: BTreeSet<String>,
    made: HashMap<TypeId, TypeId>,
    added: Vec<(String, TypeId)>,
}

impl<'a> Place<'a> {
    fn new(
        resolve: &'a mut Resolve,
        exported: &'a BTreeSet<InterfaceId>,
        owner: TypeOwner,
        taken: BTreeSet<String>,
    ) -> Self {
        Self { resolve, exported, owner, taken, made: HashMap::new(), added: Vec::new() }
    }

    /// Defines its types anew, and says which it needs besides.
    fn define(mut self, types: &[TypeId]) -> Vec<(String, TypeId)> {
        for &id in types {
            let kind = self.kind(id);
            self.resolve.types[id].kind = kind;
        }
        self.added
    }

    /// What a type is, without a use of what is exported.
    fn kind(&mut self, mut id: TypeId) -> TypeDefKind {
        while let TypeDefKind::Type(Type::Id(used)) = self.resolve.types[id].kind
            && self.is_of_exported(used)
        {
            id = used;
        }
        let kind = self.resolve.types[id].kind.clone();
        vfs_compose_wit::with_parts(&kind, |part| self.part(part))
    }

    /// A type that another one is made of.
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

    /// A name like this one that nothing has.
    fn free(&mut self, name: &str) -> String {
        let mut free = name.to_owned();
        while !self.taken.insert(free.clone()) {
            free.push_str("-of-exported");
        }
        free
    }
}
