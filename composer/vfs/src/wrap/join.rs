//! Joins the vfs component and that of the wrapped interfaces.

use std::collections::HashMap;

use super::world::Sides;
use vfs_compose_ir::{Component, Item, Joined as With, Malformed, Space, Writer, imported};

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
    let core_instances =
        vfs.definitions().iter().filter(|definition| definition.id.is_some_and(|id| id.space == Space::CoreInstance));
    let core_instances = core_instances.count() as u32;
    let bytes = vfs_compose_ir::join(&vfs, &wrapped, |item| {
        Ok(match item {
            Item::Custom { .. } => With::LeftOut,
            Item::Import(import) => known(&vfs, import.name.name, &sides.own).map_or(With::Same, With::OfFirst),
            Item::Component(bytes) => With::Component(renamed(bytes, &sides.functions)?),
            _ => With::Same,
        })
    })?;
    Ok(Joined { bytes, core_instances })
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
    let Some(name) = own.get(import) else { return imported(vfs, import) };
    let found = vfs.definitions().iter().find(|definition| match &definition.item {
        Item::Export(export) => export.name.name == name,
        _ => false,
    });
    found?.id.filter(|id| id.space == Space::Instance).map(|id| id.number)
}
