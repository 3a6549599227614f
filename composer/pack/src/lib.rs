//! Packing: the sources of files, the image made of them, and its reserved space in a component.
//!
//! ```text
//! source    directories and images: names, attributes, sources of contents
//! tree      all sources merged into one tree
//! image     the tree's layout as an EROFS image, which is written with the result
//! embed     the reserved space for the image in the vfs: found again, then filled
//! report    counts of an image's files
//! ```
#![forbid(unsafe_code)]

pub mod embed;
mod error;
pub mod image;
mod report;
pub mod source;
pub mod tree;

pub use error::{Cause, EmbedError, TreeError, WriteError};
pub use report::{Form, ImageReport};
