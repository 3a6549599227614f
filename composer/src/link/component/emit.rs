//! Definitions to bytes.

use std::collections::HashMap;

use super::writer::Writer;
use super::{Component, Definition, Id};
use crate::link::Unlinkable;

/// The number of what is not there. The validator refuses it.
const MISSING: u32 = u32::MAX;

/// A written component.
pub(in crate::link) struct Emitted {
    pub(in crate::link) bytes: Vec<u8>,
    /// What became of the names.
    pub(in crate::link) numbers: HashMap<Id, u32>,
}

impl<'a> Component<'a> {
    /// Writes what `roots` accepts, and what that needs.
    ///
    /// # Errors
    /// - [`Unlinkable::Broken`]: a definition cannot be written again.
    pub(in crate::link) fn emit(&self, roots: impl Fn(&Definition<'a>) -> bool) -> Result<Emitted, Unlinkable> {
        let mut numbers: HashMap<Id, u32> = HashMap::new();
        let mut writer = Writer::default();
        for definition in self.live(roots)? {
            let number = writer.write(&definition.item, |id| numbers.get(&id).copied().unwrap_or(MISSING))?;
            numbers.extend(definition.id.zip(number));
        }
        Ok(Emitted { bytes: writer.finish(), numbers })
    }
}
