//! Definitions to bytes.

use std::collections::HashMap;

use super::references::Renumber;
use super::{Component, Definition, Id, Space};
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
        let mut counts: HashMap<Space, u32> = HashMap::new();
        let mut component = wasm_encoder::Component::new();
        for definition in self.live(roots)? {
            let mut renumber = Renumber::new(|id| numbers.get(&id).copied().unwrap_or(MISSING));
            renumber
                .write(&definition.item, &mut component)
                .map_err(|source| Unlinkable::Broken { source: source.into() })?;
            if let Some(id) = definition.id {
                let count = counts.entry(id.space).or_insert(0);
                numbers.insert(id, *count);
                *count += 1;
            }
        }
        Ok(Emitted { bytes: component.finish(), numbers })
    }
}
