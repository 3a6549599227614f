//! The state of a symbolic link.

use alloc::vec::Vec;

use crate::layer::LayerInode;

/// A symbolic link.
pub(crate) enum Symlink<I> {
    /// The target is in the layer.
    Layer(I),
    /// The app set the target.
    Owned(Vec<u8>),
}

impl<I: LayerInode> Symlink<I> {
    /// Returns the length of the target in bytes.
    pub fn size(&self) -> u64 {
        match self {
            Self::Layer(link) => link.stat().size,
            Self::Owned(target) => target.len() as u64,
        }
    }
}
