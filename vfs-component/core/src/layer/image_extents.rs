//! Position of a file's contents in an image.

use vfs_image::{Image, Inode};

use super::Contents;
use crate::Error;

/// Contents in an image, in two pieces: EROFS stores the end of a file beside its inode.
pub struct ImageExtents<'i> {
    start: &'i [u8],
    end: &'i [u8],
}

impl<'i> ImageExtents<'i> {
    /// Returns all contents of a file.
    ///
    /// # Errors
    /// - [`Error::Io`]: the inode is not of this image.
    #[inline]
    pub(super) fn new(image: &Image<'i>, inode: &Inode) -> Result<Self, Error> {
        let start = image.data(inode, 0)?;
        let end = if start.len() as u64 == inode.size { &[] } else { image.data(inode, start.len() as u64)? };
        Ok(Self { start, end })
    }

    /// Returns at most `length` bytes at `offset`, as far as they are contiguous; none at and after the end.
    #[inline]
    pub(super) fn run(&self, offset: u64, length: u64) -> &'i [u8] {
        let Ok(offset) = usize::try_from(offset) else { return &[] };
        let run = match self.start.get(offset..) {
            None | Some([]) => self.end.get(offset.saturating_sub(self.start.len())..).unwrap_or(&[]),
            Some(run) => run,
        };
        usize::try_from(length).ok().and_then(|length| run.get(..length)).unwrap_or(run)
    }
}

impl Contents for ImageExtents<'_> {
    const NOTHING: Self = Self { start: &[], end: &[] };

    #[inline]
    fn size(&self) -> u64 {
        self.start.len() as u64 + self.end.len() as u64
    }

    fn truncate(&mut self, size: u64) {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let after_start = size.saturating_sub(self.start.len());
        self.start = self.start.get(..size).unwrap_or(self.start);
        self.end = self.end.get(..after_start).unwrap_or(self.end);
    }
}
