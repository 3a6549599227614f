//! Encodes a component.

use std::collections::HashMap;

use super::writer::Writer;
use crate::Malformed;
use crate::{Component, Definition, Edge, Encoded, Id, Item};

/// The index of an item that is not written. The validator rejects it.
const MISSING: u32 = u32::MAX;

/// An encoded component.
pub struct Emitted {
    /// The encoded component.
    pub component: Encoded,
    /// The index of each id in the encoded component.
    pub numbers: HashMap<Id, u32>,
}

impl<'a> Component<'a> {
    /// Encodes the definitions that `roots` accepts, and all that these refer to.
    ///
    /// # Errors
    /// - [`Malformed::Broken`]: a definition cannot be encoded.
    pub fn emit(&self, roots: impl Fn(&Definition<'a>) -> bool) -> Result<Emitted, Malformed> {
        let mut numbers: HashMap<Id, u32> = HashMap::new();
        let mut writer = Writer::default();
        let mut edge = Edge::default();
        for definition in self.live(roots)? {
            match &definition.item {
                Item::Import(import) => edge.imports.push(import.name.name.to_owned()),
                Item::Export(export) => edge.exports.push(export.name.name.to_owned()),
                _ => {}
            }
            let number = writer.write(&definition.item, |id| numbers.get(&id).copied().unwrap_or(MISSING))?;
            numbers.extend(definition.id.zip(number));
        }
        Ok(Emitted { component: Encoded { bytes: writer.finish(), edge }, numbers })
    }
}
