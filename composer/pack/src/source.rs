//! Sources of the files of a tree.

mod contents;
pub mod directory;
pub mod erofs;

pub use contents::{Source, modified};
