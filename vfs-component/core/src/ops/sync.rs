//! Calls about a disk. Memory needs none of them; if the layer makes the changes, they are passed on to it.

use vfs_image::FileKind;

use crate::journal::Journal;
use crate::layer::{Effect, Layer};
use crate::{Clock, Error, OpenFile, Volume};

impl<L: Layer, C: Clock, J: Journal> Volume<L, C, J> {
    /// Writes changes to the disk, if the layer makes them. Memory needs no synchronization, so otherwise succeeds at
    /// once.
    ///
    /// # Errors
    /// - [`Error::BadDescriptor`]: the file is of another filesystem.
    /// - Errors of the layer, if it makes the changes of the node.
    pub fn sync(&mut self, file: &OpenFile) -> Result<(), L::Stop> {
        self.sync_to_layer(file, false)
    }

    /// Writes contents to the disk; see [`Volume::sync`].
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

    /// Accepts the advice and does nothing.
    ///
    /// # Errors
    /// - [`Error::BadDescriptor`]: it is a directory.
    /// - [`Error::Invalid`]: `length` is larger than 2^63 - 1. Any `offset` is valid, as on Linux.
    pub fn advise(&self, file: &OpenFile, length: u64) -> Result<(), L::Stop> {
        if file.kind == FileKind::Directory {
            return Err(Error::BadDescriptor.into());
        }
        if length > i64::MAX as u64 { Err(Error::Invalid.into()) } else { Ok(()) }
    }
}
