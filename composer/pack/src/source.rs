//! Sources of the files of a tree.

mod contents;
pub mod directory;
pub mod erofs;
pub mod files;
pub mod filter;
pub mod found;
pub mod kind;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use contents::{Contents, modified};
use files::Files;

/// One source of files, and its place in the tree.
#[derive(Clone, Debug)]
pub struct Source {
    /// Where the files come from.
    pub origin: Origin,
    /// The directory of the tree that receives the files, or the path of the file.
    pub guest: String,
}

/// Where the files of a source come from.
#[derive(Clone, Debug)]
pub enum Origin {
    /// A directory, an image, a component with an image inside, or a file of this machine: its content tells which.
    Path(PathBuf),
    /// A file of this machine, whatever is in it.
    File(PathBuf),
    /// Files of this program.
    Memory(Arc<Files>),
}

impl Origin {
    /// Returns the path on this machine, if it has one.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::Path(path) | Self::File(path) => Some(path),
            Self::Memory(_) => None,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) | Self::File(path) => write!(f, "`{}`", path.display()),
            Self::Memory(_) => f.write_str("a source in memory"),
        }
    }
}
