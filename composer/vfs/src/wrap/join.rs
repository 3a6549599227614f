//! Joins the vfs component and that of the wrapped interfaces.

use std::collections::HashMap;

use super::world::Sides;
use vfs_compose_ir::{Component, Id, Item, Malformed, Space, Writer};

/// The joined component.
pub(super) struct Joined {
    pub(super) bytes: Vec<u8>,
    /// The number of core instances of the vfs component; they come first.
    pub(super) core_instances: u32,
}

/// Puts the definitions of `wrapped` after those of `vfs`. Imports of `wrapped` from the vfs become its exports,
/// imports that both have become one, and functions get their true names.
///
/// # Errors
/// - [`Malformed`]: one of the components cannot be parsed.
pub(super) fn join(vfs: &[u8], wrapped: &[u8], sides: &Sides) -> Result<Joined, Malformed> {
    let (vfs, wrapped) = (Component::read(vfs)?, Component::read(wrapped)?);
    let mut writer = Writer::default();
    let mut core_instances = 0;
    for definition in vfs.definitions() {
        core_instances += u32::from(definition.id.is_some_and(|id| id.space == Space::CoreInstance));
        writer.write(&definition.item, |id| id.number)?;
    }
    let mut numbers: HashMap<Id, u32> = HashMap::new();
    for definition in wrapped.definitions() {
        let number = match &definition.item {
            Item::Custom { .. } => None,
            Item::Import(import) => match known(&vfs, import.name.name, &sides.own) {
                Some(number) => Some(number),
                None => writer.write(&definition.item, |id| numbers.get(&id).copied().unwrap_or(u32::MAX))?,
            },
            Item::Component(bytes) => {
                let renamed = renamed(bytes, &sides.functions)?;
                writer.write(&Item::Component(&renamed), |id| id.number)?
            }
            item => writer.write(item, |id| numbers.get(&id).copied().unwrap_or(u32::MAX))?,
        };
        numbers.extend(definition.id.zip(number));
    }
    Ok(Joined { bytes: writer.finish(), core_instances })
}

/// Renames the functions in a component that only re-exports its imports.
fn renamed(bytes: &[u8], functions: &HashMap<String, String>) -> Result<Vec<u8>, Malformed> {
    let mut writer = Writer::default();
    for definition in Component::read(bytes)?.definitions() {
        let mut item = definition.item.clone();
        if let Item::Export(export) = &mut item
            && let Some(name) = functions.get(export.name.name)
        {
            export.name.name = name;
        }
        writer.write(&item, |id| id.number)?;
    }
    Ok(writer.finish())
}

/// Returns the instance of the vfs component that satisfies an import.
fn known(vfs: &Component<'_>, import: &str, own: &HashMap<String, String>) -> Option<u32> {
    let found = vfs.definitions().iter().find(|definition| match (&definition.item, own.get(import)) {
        (Item::Export(export), Some(name)) => export.name.name == name,
        (Item::Import(other), None) => other.name.name == import,
        _ => false,
    });
    found?.id.filter(|id| id.space == Space::Instance).map(|id| id.number)
}
