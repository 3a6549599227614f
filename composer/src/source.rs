//! Where a tree's files come from.

mod contents;
pub(crate) mod directory;
pub(crate) mod erofs;

pub(crate) use contents::{Source, modified};
