//! A component as a list of definitions that can be added to, replaced and left out.
//!
//! Every definition keeps the number it was read with, and new ones get numbers after those. A number is only a name here: what
//! stands in the written component follows from the order of the definitions, and every reference is put right then.

mod core;
mod emit;
mod exported;
mod items;
mod live;
mod read;
mod references;
mod writer;

use crate::error::Cause;

pub(crate) use core::{alias, bundle, instantiate, instantiation};
pub(crate) use exported::exported;
pub(crate) use items::{Component, Definition, Id, Item, Space, of_kind};
pub(crate) use references::references;
pub(crate) use writer::Writer;

/// Why a component cannot be taken apart, or put together again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Malformed {
    /// A kind of definition that is not taken apart.
    #[error("it has {what}")]
    Part {
        /// The part, in words.
        what: &'static str,
    },
    /// The bytes are no component, or a definition cannot be written.
    #[error("it cannot be taken apart")]
    Broken {
        /// The reader's error.
        #[source]
        source: Cause,
    },
}
