//! Calls that ask a disk for something. There is none.

use vfs_image::FileKind;

use crate::journal::Journal;
use crate::layer::Layer;
use crate::{Clock, Error, OpenFile, Volume};

impl<L: Layer, C: Clock, J: Journal> Volume<L, C, J> {
    /// Succeeds: memory is always in step with itself.
    ///
    /// # Errors
    /// - [`Error::BadDescriptor`]: the file is of another filesystem.
    pub fn sync(&self, file: &OpenFile) -> Result<(), L::Stop> {
        self.tree.table.get(file.slot)?;
        Ok(())
    }

    /// See [`Volume::sync`].
    ///
    /// # Errors
    /// - [`Error::BadDescriptor`]: the file is of another filesystem.
    pub fn sync_data(&self, file: &OpenFile) -> Result<(), L::Stop> {
        self.sync(file)
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
