//! Contents for readers that take their time.

use alloc::vec::Vec;

use vfs_image::FileKind;

use crate::journal::Journal;
use crate::layer::Layer;
use crate::node::Body;
use crate::node::regular_file::check_range;
use crate::{Clock, Error, OpenFile, Stat, Volume};

/// Bytes of a file that stay the same, whatever happens to the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StableBytes<B> {
    /// The bytes lie in the layer, where nothing changes them.
    Layer(B),
    /// The bytes were copied to the caller's buffer.
    Copied,
}

/// Maximum number of bytes copied at once.
const MAX_COPIED: u64 = 256 * 1024;

impl<L: Layer, C: Clock, J: Journal> Volume<L, C, J> {
    /// Returns the bytes at `offset`. Contiguous bytes of the layer that never change are returned without a copy;
    /// others, at most 256 KiB, are copied to `buffer`, which is cleared first. Empty only at or after the end of the
    /// file.
    ///
    /// # Errors
    /// - [`Error::BadDescriptor`]: the file is not a regular file, or not open for reading.
    /// - [`Error::Invalid`]: no file has a byte at `offset`, which is 2^63 - 1 or more.
    /// - [`Error::InsufficientMemory`]: the buffer cannot grow.
    pub fn lend(&self, file: &OpenFile, offset: u64, buffer: &mut Vec<u8>) -> Result<StableBytes<L::Bytes>, L::Stop> {
        buffer.clear();
        let contents = self.tree.readable(file)?;
        check_range(offset, 1)?;
        if let Some((through, _)) = self.tree.reads_through(self.tree.table.id(file.slot)) {
            let bytes = self.tree.layer.read(through, offset, MAX_COPIED)?;
            buffer.try_reserve(bytes.len()).map_err(Error::from)?;
            buffer.extend_from_slice(bytes);
            return Ok(StableBytes::Copied);
        }
        if let Some(bytes) = contents.lend(&self.tree.layer, offset) {
            return Ok(StableBytes::Layer(bytes));
        }
        let length = contents.size().saturating_sub(offset).min(MAX_COPIED);
        buffer.try_reserve(length as usize).map_err(Error::from)?;
        // What is copied already is enough for now.
        match contents.copy(&self.tree.layer, offset, length, buffer) {
            Err(stop) if buffer.is_empty() => Err(stop),
            Ok(()) | Err(_) => Ok(StableBytes::Copied),
        }
    }

    /// Returns whether a file ends at or before `offset`.
    ///
    /// # Errors
    /// Those of [`Volume::stat`].
    pub fn is_at_end(&self, file: &OpenFile, offset: u64) -> Result<bool, L::Stop> {
        let Stat { kind, size, .. } = self.stat(file)?;
        Ok(kind != FileKind::RegularFile || offset >= size)
    }

    /// Returns a number that differs after each change of a file's contents or size. `None`: the layer makes the
    /// changes, so others may change the file too.
    pub fn contents_version(&self, file: &OpenFile) -> Option<u32> {
        if self.tree.reads_through(self.tree.table.id(file.slot)).is_some() {
            return None;
        }
        match self.tree.table.get(file.slot).map(|node| &node.body) {
            Ok(Body::File(contents)) => Some(contents.version()),
            _ => Some(0),
        }
    }
}
