//! Where a tree's files come from.

pub(crate) mod directory;
pub(crate) mod erofs;

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;

use vfs_image::{Nid, Timestamp};

/// One file's contents.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// A file, as it was when it was listed.
    File { path: PathBuf, size: u64, modified: Timestamp },
    /// A file of an image.
    Image { bytes: Arc<Vec<u8>>, nid: Nid },
}

impl Source {
    pub(crate) fn open(&self) -> io::Result<Box<dyn Read>> {
        match self {
            Self::File { path, size, modified } => {
                let file = File::open(path)?;
                let now = file.metadata()?;
                if now.len() != *size || directory::modified(&now) != *modified {
                    return Err(io::Error::other(format!("`{}` changed while it was packed", path.display())));
                }
                Ok(Box::new(file))
            }
            Self::Image { bytes, nid } => Ok(Box::new(erofs::FileReader::new(Arc::clone(bytes), *nid)?)),
        }
    }
}
