//! The image's part of a file's contents, where it lies.

use alloc::vec::Vec;

use vfs_image::{Image, Inode};

use crate::Error;

/// Contents in an image: two pieces, as EROFS keeps the end of a file beside its inode.
pub(crate) struct Lower<'i> {
    start: &'i [u8],
    end: &'i [u8],
}

impl<'i> Lower<'i> {
    /// No contents.
    pub const NOTHING: Self = Self { start: &[], end: &[] };

    /// All contents of a file.
    ///
    /// # Errors
    /// - [`Error::Io`]: the inode is not of this image.
    #[inline]
    pub fn new(image: &Image<'i>, inode: &Inode) -> Result<Self, Error> {
        let start = image.data(inode, 0)?;
        let end = if start.len() as u64 == inode.size { &[] } else { image.data(inode, start.len() as u64)? };
        Ok(Self { start, end })
    }

    /// Bytes in both.
    #[inline]
    pub const fn size(&self) -> u64 {
        self.start.len() as u64 + self.end.len() as u64
    }

    /// The bytes at `offset` as far as they lie together; empty at and after the end.
    #[inline]
    pub fn run(&self, offset: u64) -> &'i [u8] {
        let Ok(offset) = usize::try_from(offset) else { return &[] };
        match self.start.get(offset..) {
            None | Some([]) => self.end.get(offset.saturating_sub(self.start.len())..).unwrap_or(&[]),
            Some(run) => run,
        }
    }

    /// Adds the `length` bytes at `offset` to `bytes`, which has room for them.
    pub fn copy(&self, offset: u64, length: usize, bytes: &mut Vec<u8>) {
        for run in [self.run(offset), self.end] {
            let missing = length.saturating_sub(bytes.len());
            bytes.extend_from_slice(run.get(..missing).unwrap_or(run));
        }
    }

    /// Forgets what is behind `size`.
    pub fn truncate(&mut self, size: u64) {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let after_start = size.saturating_sub(self.start.len());
        self.start = self.start.get(..size).unwrap_or(self.start);
        self.end = self.end.get(..after_start).unwrap_or(self.end);
    }
}
