//! A composition of components as one flat component, which can be linked.
//!
//! `wac` and its like write a component with others inside, the parts, whose instances are given each other's exports. Each instance
//! is put into the outer component, definition by definition; its imports are what it was given. What the parts call of each other
//! is then lifted and lowered in one component, which no engine lets run: a component may not call into itself. So glue takes the
//! place of these calls, too.
//!
//! ```text
//! parts       the flat component while it grows, and what the names of the parts mean in it
//! place       one definition of a part, put where it belongs
//! real        what exists in name only, made a definition
//! calls       the calls between parts
//! lent        handles that one part lends to another for a call
//! types       the types of these calls, for the glue
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

/// A composition, made flat.
pub struct Flat {
    /// The flat component.
    pub bytes: Vec<u8>,
    /// Which part defined a function or a type.
    parts: HashMap<Id, usize>,
    /// Names of functions, for messages.
    names: HashMap<u32, String>,
}

/// `None`: no component inside has code that runs, and there is nothing to do.
///
/// # Errors
/// - [`FlattenError::Part`]: a part has something that cannot stand in another component than its own.
/// - [`FlattenError::Broken`]: a part cannot be taken apart.
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
            // Imported: nobody knows.
            _ => true,
        };
        if can_run {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether anything in a component can run. If not, it only gives other names to what it is given.
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
