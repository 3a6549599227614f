//! Sources of files, the image that they become, and the image's place in a component.
//!
//! ```text
//! source    directories and images: names, attributes, where contents come from
//! tree      one tree of all sources
//! image     its layout as an EROFS image, written when the result is
//! embed     an empty place for it in the vfs, found and filled again
//! report    what is in an image
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
