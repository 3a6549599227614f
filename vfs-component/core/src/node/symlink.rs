//! A symbolic link's state.

use alloc::vec::Vec;

use crate::layer::LayerInode;

/// A symbolic link.
pub(crate) enum Symlink<I> {
    /// The target is the layer's to tell.
    Layer(I),
    /// The app gave the target.
    Owned(Vec<u8>),
}

impl<I: LayerInode> Symlink<I> {
    /// Length of the target in bytes.
    pub fn size(&self) -> u64 {
        match self {
            Self::Layer(link) => link.stat().size,
            Self::Owned(target) => target.len() as u64,
        }
    }
}
