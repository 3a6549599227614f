//! The flat component under construction, and the meaning of each part's indices in it.

use std::borrow::Cow;
use std::collections::HashMap;

use indexmap::IndexMap;
use wasmparser::ComponentExternalKind as Kind;

use super::Flat;
use crate::FlattenError;
use vfs_compose_ir::{Id, Item, Writer, of_kind, references};

/// The part that is the composition itself.
pub(super) const OUTERMOST: usize = 0;

/// A limit for the number of parts. No engine accepts so many instances in one component.
const MAX_INSTANCES: usize = 1000;

/// The meaning of an id of a part.
#[derive(Clone, Copy)]
pub(super) enum Meaning {
    /// An item of the flat component, by its index there.
    Flat(u32),
    /// A component instance, by its place in [`Flattening::instances`].
    Instance(usize),
    /// A nested component, by its place in [`Flattening::components`].
    Component(usize),
}

/// Arguments or exports: kind and meaning by name.
pub(super) type Named<'a> = IndexMap<&'a str, (Kind, Meaning)>;

/// An instance of a nested component, or the composition itself.
#[derive(Default)]
pub(super) struct Part<'a> {
    /// The part whose component contains the component of this one.
    pub(super) outside: Option<usize>,
    pub(super) arguments: Named<'a>,
    pub(super) exports: Named<'a>,
    pub(super) meanings: HashMap<Id, Meaning>,
}

/// A component instance, as definitions refer to it.
pub(super) struct Instance<'a> {
    /// The exports; `None` for an imported instance.
    pub(super) exports: Option<Named<'a>>,
    /// Its index in the flat component, once it is written there.
    pub(super) number: Option<u32>,
    /// The component and its arguments, if the component has no code.
    pub(super) made: Option<(usize, Named<'a>)>,
}

/// A nested component, and the part that contains it.
pub(super) struct Nested<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) part: usize,
    /// Its index in the flat component, once it is written there.
    pub(super) number: Option<u32>,
}

/// The state of flattening.
pub(super) struct Flattening<'a> {
    pub(super) writer: Writer,
    pub(super) parts: Vec<Part<'a>>,
    pub(super) instances: Vec<Instance<'a>>,
    pub(super) components: Vec<Nested<'a>>,
    /// The index of each core module, by its bytes. A module with several instances is written once.
    modules: HashMap<Cow<'a, [u8]>, u32>,
    /// The part that defined each item.
    origins: HashMap<Id, usize>,
    /// The names of component functions.
    pub(super) names: HashMap<u32, String>,
}

impl<'a> Flattening<'a> {
    pub(super) fn new() -> Self {
        Self {
            writer: Writer::default(),
            parts: vec![Part::default()],
            instances: Vec::new(),
            components: Vec::new(),
            modules: HashMap::new(),
            origins: HashMap::new(),
            names: HashMap::new(),
        }
    }

    pub(super) fn finish(self) -> Flat {
        Flat { bytes: self.writer.finish(), parts: self.origins, names: self.names }
    }

    /// Returns the meaning of an id in a part.
    pub(super) fn meaning(&self, part: usize, id: Id) -> Result<Meaning, FlattenError> {
        self.parts[part].meanings.get(&id).copied().ok_or_else(|| FlattenError::Part { what: "a reference to nothing" })
    }

    /// Returns the meaning of an index in a part, in the index space of a kind.
    pub(super) fn meaning_of(&self, part: usize, kind: Kind, number: u32) -> Result<Meaning, FlattenError> {
        self.meaning(part, Id { space: of_kind(kind), number })
    }

    pub(super) fn add_instance(&mut self, instance: Instance<'a>) -> Meaning {
        self.instances.push(instance);
        Meaning::Instance(self.instances.len() - 1)
    }

    /// Adds a part and returns its number.
    ///
    /// # Errors
    /// - [`FlattenError::Part`]: there are too many parts.
    pub(super) fn add_part(&mut self, part: Part<'a>) -> Result<usize, FlattenError> {
        if self.parts.len() > MAX_INSTANCES {
            return Err(FlattenError::Part { what: "more instances than engines take" });
        }
        self.parts.push(part);
        Ok(self.parts.len() - 1)
    }

    /// Writes an item of a part into the flat component, and returns the index that it defines, if any.
    ///
    /// # Errors
    /// - [`FlattenError::Part`]: the item refers to two enclosing components.
    /// - [`FlattenError::Broken`]: the item cannot be encoded.
    pub(super) fn write(&mut self, part: usize, item: &Item<'a>) -> Result<Option<u32>, FlattenError> {
        let references = references(item)?;
        if references.beyond {
            return Err(FlattenError::Part { what: "a type that refers to two components around it" });
        }
        let mut numbers = HashMap::new();
        for id in references.names {
            let meaning = self.meaning(part, id)?;
            numbers.insert(id, self.real(meaning)?);
        }
        // The map has every number, because it was filled from the same references.
        let number = self.writer.write(item, |id| numbers.get(&id).copied().unwrap_or(u32::MAX))?;
        if let (Some(number), Some(space)) = (number, item.space()) {
            self.origins.insert(Id { space, number }, part);
        }
        Ok(number)
    }

    /// Writes a core module, unless it is written already.
    pub(super) fn write_module(&mut self, bytes: Cow<'a, [u8]>) -> Result<Meaning, FlattenError> {
        if let Some(&number) = self.modules.get(&bytes) {
            return Ok(Meaning::Flat(number));
        }
        let number = self.writer.write(&Item::CoreModule(bytes.clone()), |id| id.number)?.unwrap_or(u32::MAX);
        self.modules.insert(bytes, number);
        Ok(Meaning::Flat(number))
    }
}
