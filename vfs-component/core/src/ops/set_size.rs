//! Changing a file's size.

use crate::journal::Journal;
use crate::layer::{Effect, Layer};
use crate::node::Body;
use crate::node::regular_file::MAX_FILE_SIZE;
use crate::{Clock, Error, OpenFile, Volume};

impl<L: Layer, C: Clock, J: Journal> Volume<L, C, J> {
    /// Cuts the file to `size` bytes, or lets it grow by zeros, which need no memory.
    ///
    /// # Errors
    /// - [`Error::BadDescriptor`]: it is not a file.
    /// - [`Error::ReadOnly`]: it was opened from a directory that cannot change anything, or its layer refuses changes.
    /// - [`Error::Invalid`]: it is not open for writing, or `size` is larger than 2^63 - 1.
    /// - [`Error::InsufficientSpace`]: there are too many nodes.
    pub fn set_size(&mut self, file: &OpenFile, size: u64) -> Result<(), L::Stop> {
        if let Some(performed) = self.performed() {
            return performed;
        }
        self.check_open_for_writing(file, Error::Invalid)?;
        if size > MAX_FILE_SIZE {
            return Err(Error::Invalid.into());
        }
        if let Some((through, file)) = self.tree.passes_through(self.tree.table.id(file.slot)) {
            return self.tree.perform(through, Effect::SetSize { file, size });
        }
        self.resize(file.slot, size)
    }

    pub(crate) fn resize(&mut self, slot: u32, size: u64) -> Result<(), L::Stop> {
        self.tree.refresh(slot)?;
        self.tree.check_nodes(&[slot], 0)?;

        let now = self.time.now();
        let Some(node) = self.tree.change(slot) else { return Err(Error::BadDescriptor.into()) };
        let Body::File(contents) = &mut node.body else { return Err(Error::BadDescriptor.into()) };
        let before = contents.owned();
        contents.set_size(size);
        let after = contents.owned();
        node.times.modify(now);
        self.tree.count_bytes(before, after);
        Ok(())
    }
}
