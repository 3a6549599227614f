//! A component that is written item by item.

use std::collections::HashMap;

use super::references::Renumber;
use crate::Malformed;
use crate::{Id, Item, Space};

/// A component while it grows.
#[derive(Default)]
pub struct Writer {
    component: wasm_encoder::Component,
    /// How many definitions each space has.
    counts: HashMap<Space, u32>,
}

impl Writer {
    /// Appends an item, with what `map` says in the place of each name, and gives the number of what it defines.
    ///
    /// # Errors
    /// - [`Malformed::Broken`]: the item cannot be written again.
    pub fn write(&mut self, item: &Item<'_>, map: impl FnMut(Id) -> u32) -> Result<Option<u32>, Malformed> {
        let written = Renumber::new(map).write(item, &mut self.component);
        written.map_err(|source| Malformed::Broken { source: source.into() })?;
        let Some(space) = item.space() else { return Ok(None) };
        let count = self.counts.entry(space).or_insert(0);
        *count += 1;
        Ok(Some(*count - 1))
    }

    /// Returns the bytes of the component.
    pub fn finish(self) -> Vec<u8> {
        self.component.finish()
    }
}
