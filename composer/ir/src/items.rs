//! The definitions of a component.

use std::borrow::Cow;
use std::collections::HashMap;

use wasmparser::{
    CanonicalFunction, ComponentAlias, ComponentExport, ComponentExternalKind, ComponentImport, ComponentInstance,
    ComponentOuterAliasKind, ComponentStartFunction, ComponentType, ComponentTypeRef, CoreType, ExternalKind, Instance,
};

/// An index space of the component model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Space {
    /// Core functions, among them lowered functions and resource built-ins.
    CoreFunction,
    /// Core tables.
    CoreTable,
    /// Core memories.
    CoreMemory,
    /// Core globals.
    CoreGlobal,
    /// Core exception tags.
    CoreTag,
    /// Core types.
    CoreType,
    /// Core modules.
    CoreModule,
    /// Core instances.
    CoreInstance,
    /// Component functions: imported, aliased or lifted.
    Function,
    /// Component values.
    Value,
    /// Component types, resources among them.
    Type,
    /// Component instances.
    Instance,
    /// Nested and imported components.
    Component,
}

/// The identity of a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id {
    /// The index space that it belongs to.
    pub space: Space,
    /// The number in that space, which stays the same until the component is written.
    pub number: u32,
}

/// A definition of a component. The indices in it are numbers of [`Id`]s.
#[derive(Clone, Debug)]
pub enum Item<'a> {
    /// The bytes of a nested core module.
    CoreModule(Cow<'a, [u8]>),
    /// A core instance: of a module, or made of exports.
    CoreInstance(Instance<'a>),
    /// A definition of a core type.
    CoreType(CoreType<'a>),
    /// The bytes of a nested component.
    Component(&'a [u8]),
    /// A component instance: of a component, or made of exports.
    Instance(ComponentInstance<'a>),
    /// An alias of an export, or of an item of an enclosing component.
    Alias(ComponentAlias<'a>),
    /// A definition of a component type.
    Type(ComponentType<'a>),
    /// A canonical function: lift, lower or a built-in.
    Canonical(CanonicalFunction),
    /// The start function.
    Start(ComponentStartFunction),
    /// An import.
    Import(ComponentImport<'a>),
    /// An export, which also defines a new index.
    Export(ComponentExport<'a>),
    /// A custom section.
    Custom {
        /// The name of the section.
        name: &'a str,
        /// The contents of the section.
        data: &'a [u8],
    },
}

/// An item, with the id that it defines.
#[derive(Clone, Debug)]
pub struct Definition<'a> {
    /// `None` for an item that defines nothing, such as a custom section.
    pub id: Option<Id>,
    /// The item.
    pub item: Item<'a>,
}

/// A component as a list of definitions.
#[derive(Clone, Debug, Default)]
pub struct Component<'a> {
    definitions: Vec<Definition<'a>>,
    /// The number of ids in each index space.
    counts: HashMap<Space, u32>,
    /// The position in `definitions` of each id.
    places: HashMap<Id, usize>,
}

impl Item<'_> {
    /// Returns the index space in which the item defines an index; `None` if it defines none.
    pub fn space(&self) -> Option<Space> {
        Some(match self {
            Self::CoreModule(_) => Space::CoreModule,
            Self::CoreInstance(_) => Space::CoreInstance,
            Self::CoreType(_) => Space::CoreType,
            Self::Component(_) => Space::Component,
            Self::Instance(_) => Space::Instance,
            Self::Alias(alias) => of_alias(alias),
            Self::Type(_) => Space::Type,
            Self::Canonical(CanonicalFunction::Lift { .. }) => Space::Function,
            Self::Canonical(_) => Space::CoreFunction,
            Self::Import(import) => of_import(import.ty),
            Self::Export(export) => of_kind(export.kind),
            Self::Start(_) | Self::Custom { .. } => return None,
        })
    }
}

fn of_alias(alias: &ComponentAlias<'_>) -> Space {
    match alias {
        ComponentAlias::InstanceExport { kind, .. } => of_kind(*kind),
        ComponentAlias::CoreInstanceExport { kind, .. } => of_core_kind(*kind),
        ComponentAlias::Outer { kind, .. } => match kind {
            ComponentOuterAliasKind::CoreModule => Space::CoreModule,
            ComponentOuterAliasKind::CoreType => Space::CoreType,
            ComponentOuterAliasKind::Type => Space::Type,
            ComponentOuterAliasKind::Component => Space::Component,
        },
    }
}

fn of_import(ty: ComponentTypeRef) -> Space {
    of_kind(ty.kind())
}

/// Returns the index space in which an import, export or alias of this kind defines an index.
pub fn of_kind(kind: ComponentExternalKind) -> Space {
    match kind {
        ComponentExternalKind::Module => Space::CoreModule,
        ComponentExternalKind::Func => Space::Function,
        ComponentExternalKind::Value => Space::Value,
        ComponentExternalKind::Type => Space::Type,
        ComponentExternalKind::Instance => Space::Instance,
        ComponentExternalKind::Component => Space::Component,
    }
}

fn of_core_kind(kind: ExternalKind) -> Space {
    match kind {
        ExternalKind::Func | ExternalKind::FuncExact => Space::CoreFunction,
        ExternalKind::Table => Space::CoreTable,
        ExternalKind::Memory => Space::CoreMemory,
        ExternalKind::Global => Space::CoreGlobal,
        ExternalKind::Tag => Space::CoreTag,
    }
}

impl<'a> Component<'a> {
    /// Returns all definitions, in the order in which they stand.
    pub fn definitions(&self) -> &[Definition<'a>] {
        &self.definitions
    }

    /// Returns the item with this id.
    pub fn get(&self, space: Space, number: u32) -> Option<&Item<'a>> {
        self.place(Id { space, number }).map(|place| &self.definitions[place].item)
    }

    pub(super) fn place(&self, id: Id) -> Option<usize> {
        self.places.get(&id).copied()
    }

    /// Appends an item and returns the number that it defines, or 0 if it defines none.
    pub fn add(&mut self, item: Item<'a>) -> u32 {
        let id = self.name(&item);
        self.put(self.definitions.len(), Definition { id, item });
        id.map_or(0, |id| id.number)
    }

    /// Adds an item before the first one that `wanted` accepts, or at the end. Returns as [`Component::add`].
    pub fn add_before(&mut self, wanted: impl Fn(&Item<'a>) -> bool, item: Item<'a>) -> u32 {
        let id = self.name(&item);
        let end = self.definitions.len();
        let place = self.definitions.iter().position(|definition| wanted(&definition.item)).unwrap_or(end);
        self.put(place, Definition { id, item });
        id.map_or(0, |id| id.number)
    }

    /// Replaces the item with this id and returns the old one, which then has no id.
    pub fn replace(&mut self, space: Space, number: u32, item: Item<'a>) -> Option<Item<'a>> {
        let place = self.place(Id { space, number })?;
        Some(std::mem::replace(&mut self.definitions[place].item, item))
    }

    fn name(&mut self, item: &Item<'a>) -> Option<Id> {
        let space = item.space()?;
        let count = self.counts.entry(space).or_insert(0);
        let number = *count;
        *count += 1;
        Some(Id { space, number })
    }

    fn put(&mut self, place: usize, definition: Definition<'a>) {
        if place < self.definitions.len() {
            self.places.values_mut().filter(|other| **other >= place).for_each(|other| *other += 1);
        }
        self.places.extend(definition.id.map(|id| (id, place)));
        self.definitions.insert(place, definition);
    }
}
