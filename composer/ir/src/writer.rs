//! Encodes a component item by item.

use std::collections::HashMap;

use super::references::Renumber;
use crate::Malformed;
use crate::{Id, Item, Space};

/// A component under construction.
#[derive(Default)]
pub struct Writer {
    component: wasm_encoder::Component,
    /// The number of definitions in each index space.
    counts: HashMap<Space, u32>,
}

impl Writer {
    /// Appends an item, with each reference replaced by what `map` returns for it. Returns the index that the item
    /// defines, if any.
    ///
    /// # Errors
    /// - [`Malformed::Broken`]: the item cannot be encoded.
    pub fn write(&mut self, item: &Item<'_>, map: impl FnMut(Id) -> u32) -> Result<Option<u32>, Malformed> {
        let written = Renumber::new(map).write(item, &mut self.component);
        written.map_err(|source| Malformed::Broken { source: source.into() })?;
        let Some(space) = item.space() else { return Ok(None) };
        let count = self.counts.entry(space).or_insert(0);
        *count += 1;
        Ok(Some(*count - 1))
    }

    /// Returns the encoded component.
    pub fn finish(self) -> Vec<u8> {
        self.component.finish()
    }
}
