//! Nodes and contents of a late layer.

use crate::Stat;
use crate::layer::{Contents, LayerInode};

/// A node as answers describe it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LateInode {
    /// Its number, below 2^63. A node has one number under all its names, and no other node gets that number later.
    pub number: u64,
    /// The metadata that an app can ask for.
    pub stat: Stat,
    /// For a directory, the number of its parent; the root's is its own.
    pub parent: u64,
}

impl LayerInode for LateInode {
    fn number(&self) -> u64 {
        self.number
    }

    fn kind(&self) -> vfs_image::FileKind {
        self.stat.kind
    }

    fn stat(&self) -> Stat {
        Stat { links: self.stat.links.max(1), ..self.stat }
    }

    fn stat_now(&self) -> Stat {
        self.stat
    }
}

/// The bytes of an open file that still come from the layer.
#[derive(Clone, Copy, Debug)]
pub struct LateContents {
    pub(super) file: u64,
    size: u64,
}

impl LateContents {
    pub(super) const fn new(file: u64, size: u64) -> Self {
        Self { file, size }
    }
}

impl Contents for LateContents {
    const NOTHING: Self = Self { file: 0, size: 0 };

    fn size(&self) -> u64 {
        self.size
    }

    fn truncate(&mut self, size: u64) {
        self.size = self.size.min(size);
    }
}
