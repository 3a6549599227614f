//! Components inside the app. They have handles of their own, and the vfs is not in them: what they are given of `wasi:io` or the
//! files would be the host's, and what the app gives them of its own would be unknown to the engine.

use wasmparser::ComponentInstance;

use super::Unlinkable;
use super::component::{Component, Item, Space};
use super::served::Served;

/// # Errors
/// - [`Unlinkable::HandedOn`]: a component inside that has code, at any depth, is given something of an interface that may be the vfs's,
///   or that speaks of its resources.
/// - [`Unlinkable::Broken`], [`Unlinkable::Part`]: it cannot be taken apart.
pub(super) fn check(served: &Served<'_>, component: &Component<'_>) -> Result<(), Unlinkable> {
    for definition in component.definitions() {
        let Item::Instance(ComponentInstance::Instantiate { component_index, .. }) = &definition.item else { continue };
        if !has_code(component.get(Space::Component, *component_index))? {
            continue;
        }
        let all = component.live(|one| one.id == definition.id)?;
        let given = all.into_iter().find_map(|definition| match &definition.item {
            Item::Import(import) if served.is_optional(import) => Some(import.name.name),
            _ => None,
        });
        if let Some(interface) = given {
            return Err(Unlinkable::HandedOn { interface: interface.to_owned() });
        }
    }
    Ok(())
}

/// Whether a component does more than giving names to what it is given.
fn has_code(component: Option<&Item<'_>>) -> Result<bool, Unlinkable> {
    let Some(Item::Component(bytes)) = component else { return Ok(true) };
    for definition in Component::read(bytes)?.definitions() {
        let code = match &definition.item {
            Item::CoreInstance(_) | Item::Canonical(_) | Item::Start(_) => true,
            inside @ Item::Component(_) => has_code(Some(inside))?,
            _ => false,
        };
        if code {
            return Ok(true);
        }
    }
    Ok(false)
}
