//! Contents for a reader that takes its time.

use alloc::vec::Vec;

use crate::node::Body;
use crate::{Clock, DescriptorFlags, Error, Fs, OpenFile};

/// Bytes of a file that stay as they are, whatever happens to the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lent<'i> {
    /// They lie in the image, which nothing changes.
    Image(&'i [u8]),
    /// They were copied to the caller's buffer.
    Copied,
}

/// Most bytes that are copied at once.
const MAX_COPIED: u64 = 256 * 1024;

impl<'i, C: Clock> Fs<'i, C> {
    /// The bytes at `offset`: those of the image as far as they lie together, without a copy; the app's own, at most 256 KiB of
    /// them, in `buffer`, which is cleared first. Empty only at or after the end of the file.
    ///
    /// # Errors
    /// - [`Error::BadDescriptor`]: it is not a file, or not open for reading.
    /// - [`Error::InsufficientMemory`]: the buffer cannot grow.
    pub fn lend(&self, file: &OpenFile, offset: u64, buffer: &mut Vec<u8>) -> Result<Lent<'i>, Error> {
        buffer.clear();
        let Body::File(contents) = &self.tree.table.get(file.slot)?.body else { return Err(Error::BadDescriptor) };
        if !file.flags.contains(DescriptorFlags::READ) {
            return Err(Error::BadDescriptor);
        }
        if let Some(bytes) = contents.image_run(offset) {
            return Ok(Lent::Image(bytes));
        }
        let length = contents.size().saturating_sub(offset).min(MAX_COPIED);
        buffer.try_reserve(length as usize)?;
        contents.copy(offset, length, buffer);
        Ok(Lent::Copied)
    }

    /// Whether nothing of a file is at `offset` or behind it.
    pub fn is_at_end(&self, file: &OpenFile, offset: u64) -> bool {
        match self.tree.table.get(file.slot).map(|node| &node.body) {
            Ok(Body::File(contents)) => offset >= contents.size(),
            _ => true,
        }
    }

    /// A number that is another one after each change of a file's contents or size.
    pub fn contents_version(&self, file: &OpenFile) -> u32 {
        match self.tree.table.get(file.slot).map(|node| &node.body) {
            Ok(Body::File(contents)) => contents.version(),
            _ => 0,
        }
    }
}
