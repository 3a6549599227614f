//! A component as a list of definitions that can be added to, replaced and left out.
//!
//! Every definition keeps the number it was read with, and new ones get numbers after those. A number is only a name here: what
//! stands in the written component follows from the order of the definitions, and every reference is put right then.

#![forbid(unsafe_code)]

mod core_instances;
mod edge;
mod emit;
mod exported;
mod items;
mod live;
mod read;
mod references;
mod writer;

pub use core_instances::{alias, bundle, instantiate, instantiation};
pub use edge::Edge;
pub use emit::Emitted;
pub use exported::exported;
pub use items::{Component, Definition, Id, Item, Space, of_kind};
pub use references::references;
pub use writer::Writer;

/// The error of a tool that this crate builds on, as it came.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a component cannot be taken apart, or put together again.
#[derive(Debug, thiserror::Error)]
pub enum Malformed {
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
