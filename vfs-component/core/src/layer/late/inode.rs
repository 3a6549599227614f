//! What a late layer keeps of nodes.

use crate::Stat;
use crate::layer::{Contents, LayerInode};

/// A node, as an answer tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LateInode {
    /// Its number, below 2^63. One node has one number, whatever its names, and no other node gets it later.
    pub number: u64,
    /// What an app can ask of it.
    pub stat: Stat,
    /// Of a directory, the number of the one it is in; the root's is its own.
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
}

/// The bytes of an open file that are still the layer's.
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
