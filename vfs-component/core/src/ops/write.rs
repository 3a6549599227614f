//! Writing contents.

use vfs_image::FileKind;

use crate::fs::may_change;
use crate::journal::Journal;
use crate::layer::{Effect, Layer};
use crate::node::Body;
use crate::node::regular_file::{MAX_FILE_SIZE, Taken, Written, check_range};
use crate::{Clock, DescriptorFlags, Error, OpenFile, Volume};

impl<L: Layer, C: Clock, J: Journal> Volume<L, C, J> {
    /// Writes all bytes at `offset`, or none. Bytes between the old end and `offset` become zeros. Writing no bytes
    /// changes nothing.
    ///
    /// # Errors
    /// - [`Error::BadDescriptor`]: the file is not a regular file, or not open for writing.
    /// - [`Error::ReadOnly`]: it was opened from a directory that cannot change anything, or its layer refuses changes.
    /// - [`Error::Invalid`]: the bytes would end after 2^63 - 1.
    /// - [`Error::InsufficientSpace`]: too many bytes would be owned, or there are too many nodes.
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    pub fn write(&mut self, file: &OpenFile, offset: u64, bytes: &[u8]) -> Result<(), L::Stop> {
        self.write_file(file, Some(offset), bytes)
    }

    /// Writes all bytes at the end of the file, or none.
    ///
    /// # Errors
    /// - [`Error::FileTooLarge`]: the file would be larger than 2^63 - 1 bytes.
    /// - Those of [`Volume::write`].
    pub fn append(&mut self, file: &OpenFile, bytes: &[u8]) -> Result<(), L::Stop> {
        self.write_file(file, None, bytes)
    }

    /// Writes all `length` bytes at an offset, or at the end of the file if there is none; or none. For callers that
    /// cannot lend them as a slice: `take` copies those from a position in the write on to where they belong. It is
    /// called for each byte once, after everything that can fail.
    ///
    /// # Errors
    /// Those of [`Volume::write`].
    pub fn write_from(
        &mut self,
        file: &OpenFile,
        offset: Option<u64>,
        length: usize,
        take: impl Fn(usize, &mut [u8]),
    ) -> Result<(), L::Stop> {
        self.write_file(file, offset, Taken::new(&take, length))
    }

    /// Writes at an offset, or at the end of the file if there is none.
    fn write_file(&mut self, file: &OpenFile, offset: Option<u64>, bytes: impl Written) -> Result<(), L::Stop> {
        self.check_writable(file)?;
        let length = bytes.length() as u64;
        if let Some(offset) = offset {
            check_range(offset, length)?;
        }
        let slot = file.slot;
        if length == 0 {
            return Ok(());
        }
        // Only after the return for empty writes: the answer may belong to another write of the same operation.
        if let Some(performed) = self.performed() {
            return performed;
        }
        if let Some((through, file)) = self.tree.passes_through(self.tree.table.id(slot)) {
            return bytes.lend(|bytes| self.tree.perform(through, Effect::Write { file, offset, bytes }))?;
        }
        self.tree.refresh(slot)?;
        let Body::File(contents) = &self.tree.table.get(slot)?.body else { return Err(Error::BadDescriptor.into()) };
        let offset = offset.unwrap_or(contents.size());
        if offset.checked_add(length).is_none_or(|end| end > MAX_FILE_SIZE) {
            return Err(Error::FileTooLarge.into());
        }
        contents.fetch(&self.tree.layer, offset, length)?;
        let growth = contents.growth(offset, length);
        self.tree.check_bytes(growth)?;
        self.tree.check_nodes(&[slot], 0)?;
        self.tree.journal.write(self.tree.table.id(slot), offset, length)?;
        let Body::File(contents) = &mut self.tree.table.get_mut(slot)?.body else {
            return Err(Error::BadDescriptor.into());
        };
        contents.reserve(offset, length)?;

        let now = self.time.now();
        if let Some((node, layer)) = self.tree.change_over_layer(slot)
            && let Body::File(contents) = &mut node.body
        {
            contents.write(layer, offset, bytes);
            node.times.modify(now);
        }
        self.tree.count_bytes(0, growth);
        Ok(())
    }

    /// Checks that the file is writable, for callers that return a stream.
    ///
    /// # Errors
    /// - [`Error::BadDescriptor`]: it is not a regular file, or not open for writing.
    /// - [`Error::ReadOnly`]: it was opened from a directory that cannot change anything, or its layer refuses changes.
    pub fn check_writable(&self, file: &OpenFile) -> Result<(), Error> {
        self.check_open_for_writing(file, Error::BadDescriptor)
    }

    /// Checks that a file is open for writing.
    ///
    /// # Errors
    /// - [`Error::BadDescriptor`]: it is not a regular file.
    /// - [`Error::ReadOnly`]: it was opened from a directory that cannot change anything, or its layer refuses changes.
    /// - `otherwise`: it is open for reading only.
    pub(crate) fn check_open_for_writing(&self, file: &OpenFile, otherwise: Error) -> Result<(), Error> {
        if file.flags.contains(DescriptorFlags::WRITE) {
            return Ok(());
        }
        if file.kind != FileKind::RegularFile {
            return Err(Error::BadDescriptor);
        }
        may_change(file)?;
        self.tree.check_changeable(self.tree.table.id(file.slot))?;
        Err(otherwise)
    }
}
