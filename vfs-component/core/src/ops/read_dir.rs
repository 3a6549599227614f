//! Listing a directory.

use crate::journal::Journal;
use crate::layer::Layer;
use crate::node::{Body, Directory};
use crate::{Clock, DirItem, DirStream, Error, OpenFile, Volume};

impl<L: Layer, C: Clock, J: Journal> Volume<L, C, J> {
    /// Starts a pass over a directory's entries. It stays valid when the open file is closed.
    ///
    /// # Errors
    /// - [`Error::NotDirectory`]: it is not a directory.
    /// - [`Error::InsufficientMemory`]: too many files are open; a stream counts as one.
    pub fn read_dir(&mut self, file: &OpenFile) -> Result<DirStream, L::Stop> {
        self.directory(file)?;
        // The stream holds the node as an open does.
        let OpenFile { slot, .. } = self.reopen(file)?;
        Ok(DirStream { slot, position: 0, guess: 0 })
    }

    /// Returns the next entry; never `.` or `..`. The stream stays usable after an error.
    ///
    /// # Errors
    /// - [`Error::IllegalByteSequence`]: the entry's name is not UTF-8. The stream skips it.
    /// - [`Error::Io`]: the layer is damaged.
    pub fn next_entry<'a>(&'a self, stream: &'a mut DirStream) -> Result<Option<DirItem<'a>>, L::Stop> {
        let Body::Directory(directory) = &self.tree.table.get(stream.slot)?.body else {
            return Err(Error::NotDirectory.into());
        };
        let (name, kind) = match directory {
            Directory { entries: Some(entries), .. } => {
                let Some((place, position, name, found)) = entries.after(stream.position, stream.guess) else {
                    return Ok(None);
                };
                (stream.position, stream.guess) = (position, place + 1);
                (name, found.kind)
            }
            Directory { lower: Some(inode), .. } => {
                let Some(listed) = self.tree.layer.entry_after(inode, stream.position)? else { return Ok(None) };
                stream.position = listed.cursor;
                (listed.name, listed.node.kind)
            }
            _ => return Ok(None),
        };
        let name = core::str::from_utf8(name).map_err(|_| Error::IllegalByteSequence)?;
        Ok(Some(DirItem { kind, name }))
    }

    /// Ends a pass.
    pub fn close_dir(&mut self, stream: DirStream) {
        self.release(stream.slot);
    }
}
