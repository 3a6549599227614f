//! Definitions to bytes.

use std::collections::HashMap;

use super::writer::Writer;
use crate::Malformed;
use crate::{Component, Definition, Id};

/// The number of what is not there. The validator refuses it.
const MISSING: u32 = u32::MAX;

/// A written component.
pub struct Emitted {
    /// The encoded component.
    pub bytes: Vec<u8>,
    /// What became of the names.
    pub numbers: HashMap<Id, u32>,
}

impl<'a> Component<'a> {
    /// Writes what `roots` accepts, and what that needs.
    ///
    /// # Errors
    /// - [`Malformed::Broken`]: a definition cannot be written again.
    pub fn emit(&self, roots: impl Fn(&Definition<'a>) -> bool) -> Result<Emitted, Malformed> {
        let mut numbers: HashMap<Id, u32> = HashMap::new();
        let mut writer = Writer::default();
        for definition in self.live(roots)? {
            let number = writer.write(&definition.item, |id| numbers.get(&id).copied().unwrap_or(MISSING))?;
            numbers.extend(definition.id.zip(number));
        }
        Ok(Emitted { bytes: writer.finish(), numbers })
    }
}
