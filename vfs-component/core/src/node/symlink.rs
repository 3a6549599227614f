//! A symbolic link's state.

use alloc::vec::Vec;

/// A symbolic link.
pub(crate) enum Symlink<'i> {
    /// The target lies in the image.
    Image(&'i [u8]),
    /// The app gave the target.
    Owned(Vec<u8>),
}

impl Symlink<'_> {
    /// Where it points, as it was given.
    pub fn target(&self) -> &[u8] {
        match self {
            Self::Image(target) => target,
            Self::Owned(target) => target,
        }
    }
}
