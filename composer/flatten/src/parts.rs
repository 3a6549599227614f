//! The flat component while it grows, and what the names of each part mean in it.

use std::borrow::Cow;
use std::collections::HashMap;

use indexmap::IndexMap;
use wasmparser::ComponentExternalKind as Kind;

use super::Flat;
use crate::FlattenError;
use vfs_compose_ir::{Id, Item, Writer, of_kind, references};

/// The part that is the composition itself.
pub(super) const OUTERMOST: usize = 0;

/// More instances than any engine takes in one component.
const MAX_INSTANCES: usize = 1000;

/// What a name of a part stands for.
#[derive(Clone, Copy)]
pub(super) enum Meaning {
    /// A definition of the flat component, by its number.
    Flat(u32),
    /// An instance of a component.
    Instance(usize),
    /// A component.
    Component(usize),
}

/// Something with its kind, under its name.
pub(super) type Named<'a> = IndexMap<&'a str, (Kind, Meaning)>;

/// One instance of a component, or the composition itself.
#[derive(Default)]
pub(super) struct Part<'a> {
    /// The part whose component has this one's inside.
    pub(super) outside: Option<usize>,
    pub(super) arguments: Named<'a>,
    pub(super) exports: Named<'a>,
    pub(super) meanings: HashMap<Id, Meaning>,
}

/// An instance of a component, as others see it.
pub(super) struct Instance<'a> {
    /// `None`: it is imported.
    pub(super) exports: Option<Named<'a>>,
    /// Its number in the flat component, where it is there.
    pub(super) number: Option<u32>,
    /// Component and arguments, if it is made by one without code.
    pub(super) made: Option<(usize, Named<'a>)>,
}

/// A component, and the part that it is defined in.
pub(super) struct Nested<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) part: usize,
    /// Its number in the flat component, where it is there.
    pub(super) number: Option<u32>,
}

/// The flat component while it grows.
pub(super) struct Flattening<'a> {
    pub(super) writer: Writer,
    pub(super) parts: Vec<Part<'a>>,
    pub(super) instances: Vec<Instance<'a>>,
    pub(super) components: Vec<Nested<'a>>,
    /// Core modules by their bytes: what has several instances is there once.
    modules: HashMap<Cow<'a, [u8]>, u32>,
    /// Which part defined what.
    origins: HashMap<Id, usize>,
    /// Names of functions.
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

    /// What a name stands for in a part.
    pub(super) fn meaning(&self, part: usize, id: Id) -> Result<Meaning, FlattenError> {
        self.parts[part].meanings.get(&id).copied().ok_or_else(|| FlattenError::Part { what: "a reference to nothing" })
    }

    /// The same, by kind.
    pub(super) fn meaning_of(&self, part: usize, kind: Kind, number: u32) -> Result<Meaning, FlattenError> {
        self.meaning(part, Id { space: of_kind(kind), number })
    }

    pub(super) fn add_instance(&mut self, instance: Instance<'a>) -> Meaning {
        self.instances.push(instance);
        Meaning::Instance(self.instances.len() - 1)
    }

    /// # Errors
    /// - [`FlattenError::Part`]: there are too many.
    pub(super) fn add_part(&mut self, part: Part<'a>) -> Result<usize, FlattenError> {
        if self.parts.len() > MAX_INSTANCES {
            return Err(FlattenError::Part { what: "more instances than engines take" });
        }
        self.parts.push(part);
        Ok(self.parts.len() - 1)
    }

    /// Writes an item of a part. `None`: it defines nothing.
    ///
    /// # Errors
    /// - [`FlattenError::Part`]: it refers to other components than its own.
    /// - [`FlattenError::Broken`]: it cannot be written.
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
        // All are there: they are what was asked about above.
        let number = self.writer.write(item, |id| numbers.get(&id).copied().unwrap_or(u32::MAX))?;
        if let (Some(number), Some(space)) = (number, item.space()) {
            self.origins.insert(Id { space, number }, part);
        }
        Ok(number)
    }

    /// Writes a core module, once.
    pub(super) fn write_module(&mut self, bytes: Cow<'a, [u8]>) -> Result<Meaning, FlattenError> {
        if let Some(&number) = self.modules.get(&bytes) {
            return Ok(Meaning::Flat(number));
        }
        let number = self.writer.write(&Item::CoreModule(bytes.clone()), |id| id.number)?.unwrap_or(u32::MAX);
        self.modules.insert(bytes, number);
        Ok(Meaning::Flat(number))
    }
}
