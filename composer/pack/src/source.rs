//! Where a tree's files come from.

mod contents;
pub mod directory;
pub mod erofs;

pub use contents::{Source, modified};
