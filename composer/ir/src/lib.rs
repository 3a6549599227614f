//! A component as a list of definitions that can be added, replaced and left out.
//!
//! Every definition keeps the number with which it was read; new ones get the numbers after those. In this list, a
//! number only identifies a definition. Encoding assigns the final indices, by the order of the definitions, and
//! updates every reference.

#![forbid(unsafe_code)]

mod core_instances;
pub mod core_module;
mod edge;
mod emit;
mod exported;
mod items;
mod join;
mod live;
mod read;
mod references;
pub mod slots;
mod writer;

pub use core_instances::{alias, bundle, instantiate, instantiation};
pub use edge::{Edge, Encoded};
pub use emit::Emitted;
pub use exported::exported;
pub use items::{Component, Definition, Id, Item, Space, of_kind};
pub use join::{Joined, imported, join};
pub use references::references;
pub use slots::{Slot, arguments};
pub use writer::Writer;

/// The error of a tool that this crate uses, unchanged.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A component that cannot be read or encoded.
#[derive(Debug, thiserror::Error)]
pub enum Malformed {
    /// The component has a kind of definition that this crate does not support.
    #[error("it has {what}")]
    Part {
        /// The part, in words.
        what: &'static str,
    },
    /// The bytes are not a component, or a definition cannot be encoded.
    #[error("it cannot be taken apart")]
    Broken {
        /// The reader's error.
        #[source]
        source: Cause,
    },
}

impl From<wasmparser::BinaryReaderError> for Malformed {
    fn from(source: wasmparser::BinaryReaderError) -> Self {
        Self::Broken { source: source.into() }
    }
}
