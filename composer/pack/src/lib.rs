//! Packing: the sources of files, the image made of them, and its reserved space in a component.
//!
//! ```text
//! source    directories, images and files in memory: names, attributes, contents
//! tree      the tree of all sources
//! sources   all sources put into it
//! merge     one tree put over another
//! links     symbolic links that lead nowhere
//! image     the tree's layout as an EROFS image, which is written with the result
//! embed     the reserved space for the image in the vfs: found again, then filled
//! report    counts of an image's files
//! remark    warnings and notes
//! progress  how far it has come, and a way to stop it
//! ```
#![forbid(unsafe_code)]

pub mod embed;
mod error;
pub mod image;
mod links;
mod merge;
mod progress;
mod remark;
mod report;
pub mod source;
mod sources;
pub mod tree;

pub use error::{Cause, EmbedError, Room, TreeError, WriteError};
pub use merge::OnCollision;
pub use progress::{Observer, Progress};
pub use remark::{Remark, Remarks};
pub use report::{Form, ImageReport};
