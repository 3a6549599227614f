//! Turns a composition of components into one flat component, which can be linked.
//!
//! `wac` and similar tools write a component that contains other components. The *parts* are the instances of these;
//! they receive each other's exports. Flattening moves the definitions of each part into the outer component and
//! replaces the imports of the part by the arguments that it was given. A call between parts is then a function that is
//! lifted and lowered in one component. No engine runs such a call, because a component may not call into itself. So
//! adapters replace these calls, too.
//!
//! ```text
//! parts       the flat component under construction, and the meaning of each part's indices in it
//! place       places one definition of a part
//! real        writes instances and components that other definitions refer to
//! calls       the calls between parts
//! lent        handles that one part borrows from another during a call
//! types       the types of these calls, for the adapters
//! ```

#![forbid(unsafe_code)]

mod calls;
mod error;
mod lent;
mod lowering;
mod parts;
mod place;
mod real;
mod types;

use std::collections::HashMap;

use wasmparser::ComponentInstance;

use parts::Flattening;
use vfs_compose_ir::{Component, Id, Item, Space};

pub use calls::connect;
pub use error::FlattenError;
pub use lowering::{Group, group};

/// A flattened composition.
pub struct Flat {
    /// The flat component.
    pub bytes: Vec<u8>,
    /// The part that defined each item.
    parts: HashMap<Id, usize>,
    /// The names of component functions, for error messages.
    names: HashMap<u32, String>,
}

/// Flattens a composition. Returns `None` if no nested component has code, so that there is nothing to flatten.
///
/// # Errors
/// - [`FlattenError::Part`]: a part has a definition that works only in its own component.
/// - [`FlattenError::Broken`]: a part cannot be parsed.
pub fn flatten(component: &Component<'_>) -> Result<Option<Flat>, FlattenError> {
    if !is_composition(component)? {
        return Ok(None);
    }
    let mut flattening = Flattening::new();
    flattening.place_all(component, parts::OUTERMOST)?;
    Ok(Some(flattening.finish()))
}

fn is_composition(component: &Component<'_>) -> Result<bool, FlattenError> {
    for definition in component.definitions() {
        let Item::Instance(ComponentInstance::Instantiate { component_index, .. }) = definition.item else { continue };
        let can_run = match component.get(Space::Component, component_index) {
            Some(Item::Component(bytes)) => has_code(bytes)?,
            // An imported component may have code.
            _ => true,
        };
        if can_run {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns whether a component has code. A component without code only renames its arguments.
fn has_code(component: &[u8]) -> Result<bool, FlattenError> {
    for definition in Component::read(component)?.definitions() {
        let found = match &definition.item {
            Item::CoreModule(_) | Item::CoreInstance(_) | Item::Canonical(_) | Item::Start(_) => true,
            Item::Component(bytes) => has_code(bytes)?,
            _ => false,
        };
        if found {
            return Ok(true);
        }
    }
    Ok(false)
}
