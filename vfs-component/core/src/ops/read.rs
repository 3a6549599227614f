//! Reading contents.

use alloc::vec::Vec;

use vfs_image::FileKind;

use crate::journal::Journal;
use crate::layer::Layer;
use crate::limits::MAX_READ;
use crate::node::regular_file::check_range;
use crate::{Clock, DescriptorFlags, Error, OpenFile, Volume};

impl<L: Layer, C: Clock, J: Journal> Volume<L, C, J> {
    /// Returns at most `length` bytes at `offset`, and never more than [`MAX_READ`]: a slice of the image or of owned
    /// memory if they are contiguous, otherwise gathered in `gather`, which is cleared first. If that cannot grow,
    /// returns only the contiguous ones. Empty only at or after the end of the file, or if `length` is 0.
    ///
    /// # Errors
    /// - [`Error::BadDescriptor`]: it is not a file, or not open for reading.
    /// - [`Error::Invalid`]: the bytes would end after 2^63 - 1.
    pub fn read<'a>(
        &'a self,
        file: &OpenFile,
        offset: u64,
        length: u64,
        gather: &'a mut Vec<u8>,
    ) -> Result<&'a [u8], L::Stop> {
        let contents = self.tree.readable(file)?;
        let length = length.min(MAX_READ);
        check_range(offset, length)?;
        match self.tree.reads_through(self.tree.table.id(file.slot)) {
            Some((through, _)) => self.tree.layer.read(through, offset, length),
            None => contents.read(&self.tree.layer, offset, length, gather),
        }
    }

    /// Gives at most `length` bytes at `offset` to `give`, run by run, as they lie in the image or in owned memory, and
    /// returns their number. For callers that copy them on. 0 only at or after the end of the file, or if `length` is
    /// 0.
    ///
    /// # Errors
    /// Those of [`Volume::read`].
    // Whoever reads much has one call of it, in which the loop is mostly a single turn.
    #[inline(always)]
    pub fn read_runs(
        &self,
        file: &OpenFile,
        offset: u64,
        length: u64,
        mut give: impl FnMut(&[u8]),
    ) -> Result<u64, L::Stop> {
        let contents = self.tree.readable(file)?;
        check_range(offset, length)?;
        match self.tree.reads_through(self.tree.table.id(file.slot)) {
            Some((through, _)) => {
                let bytes = self.tree.layer.read(through, offset, length)?;
                give(bytes);
                Ok(bytes.len() as u64)
            }
            None => contents.give(&self.tree.layer, offset, length, give),
        }
    }

    /// Checks that the file is readable, for callers that return a stream.
    ///
    /// # Errors
    /// - [`Error::IsDirectory`]: it is a directory.
    /// - [`Error::BadDescriptor`]: it is not open for reading.
    pub fn check_readable(&self, file: &OpenFile) -> Result<(), Error> {
        if file.kind == FileKind::Directory {
            return Err(Error::IsDirectory);
        }
        if file.flags.contains(DescriptorFlags::READ) { Ok(()) } else { Err(Error::BadDescriptor) }
    }
}
