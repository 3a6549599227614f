//! Sources of the files of a tree.

mod contents;
pub mod directory;
pub mod erofs;
pub mod filter;
pub mod found;
pub mod kind;

pub use contents::{Source, modified};
