//! Puts the definitions of two components into one.

use std::collections::HashMap;

use crate::{Component, Id, Item, Malformed, Writer};

/// Encodes a component of all definitions of `first`, with their numbers, and then those of `second`. `replace` chooses
/// what becomes of an item of the second.
///
/// # Errors
/// - [`Malformed::Broken`]: an item cannot be encoded.
/// - Those of `replace`.
pub fn join(
    first: &Component<'_>,
    second: &Component<'_>,
    replace: impl Fn(&Item<'_>) -> Result<Joined, Malformed>,
) -> Result<Vec<u8>, Malformed> {
    let mut writer = Writer::default();
    for definition in first.definitions() {
        writer.write(&definition.item, |id| id.number)?;
    }
    let mut numbers: HashMap<Id, u32> = HashMap::new();
    for definition in second.definitions() {
        let number = match replace(&definition.item)? {
            Joined::LeftOut => None,
            Joined::OfFirst(number) => Some(number),
            Joined::Component(bytes) => writer.write(&Item::Component(&bytes), |id| id.number)?,
            Joined::Same => writer.write(&definition.item, |id| numbers.get(&id).copied().unwrap_or(u32::MAX))?,
        };
        numbers.extend(definition.id.zip(number));
    }
    Ok(writer.finish())
}

/// What becomes of an item of the second component.
pub enum Joined {
    /// It stays as it is.
    Same,
    /// It goes.
    LeftOut,
    /// The definition of the first component with this number stands for it.
    OfFirst(u32),
    /// This component, which refers to nothing outside, stands for it.
    Component(Vec<u8>),
}

/// Returns the instance that a component imports under a name.
pub fn imported(component: &Component<'_>, name: &str) -> Option<u32> {
    let found = component.definitions().iter().find(|definition| match &definition.item {
        Item::Import(import) => import.name.name == name,
        _ => false,
    });
    found?.id.filter(|id| id.space == crate::Space::Instance).map(|id| id.number)
}
