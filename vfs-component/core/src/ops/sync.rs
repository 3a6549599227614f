//! Calls that ask a disk for something. There is none in memory; they are passed on where the layer makes the changes.

use vfs_image::FileKind;

use crate::journal::Journal;
use crate::layer::{Effect, Layer};
use crate::{Clock, Error, OpenFile, Volume};

impl<L: Layer, C: Clock, J: Journal> Volume<L, C, J> {
    /// Succeeds at once where memory is all there is: it is always in step with itself.
    ///
    /// # Errors
    /// - [`Error::BadDescriptor`]: the file is of another filesystem.
    /// - What the layer answers that makes the node's changes.
    pub fn sync(&mut self, file: &OpenFile) -> Result<(), L::Stop> {
        self.sync_to_layer(file, false)
    }

    /// See [`Volume::sync`].
    ///
    /// # Errors
    /// Those of [`Volume::sync`].
    pub fn sync_data(&mut self, file: &OpenFile) -> Result<(), L::Stop> {
        self.sync_to_layer(file, true)
    }

    fn sync_to_layer(&mut self, file: &OpenFile, data_only: bool) -> Result<(), L::Stop> {
        if let Some(performed) = self.performed() {
            return performed;
        }
        self.tree.table.get(file.slot)?;
        match self.tree.passes_through(self.tree.table.id(file.slot)) {
            Some((through, node)) => self.tree.perform(through, Effect::Sync { node, data_only }),
            None => Ok(()),
        }
    }

    /// Takes the advice and does nothing with it.
    ///
    /// # Errors
    /// - [`Error::BadDescriptor`]: it is a directory.
    /// - [`Error::Invalid`]: `offset` or `length` is larger than a file can be.
    pub fn advise(&self, file: &OpenFile, offset: u64, length: u64) -> Result<(), L::Stop> {
        if file.kind == FileKind::Directory {
            return Err(Error::BadDescriptor.into());
        }
        if offset > i64::MAX as u64 || length > i64::MAX as u64 { Err(Error::Invalid.into()) } else { Ok(()) }
    }
}
