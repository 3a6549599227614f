//! Listing a directory.

use crate::journal::Journal;
use crate::layer::Layer;
use crate::node::directory::Found;
use crate::node::{Body, Directory};
use crate::ops::identity::hash;
use crate::{Clock, DirEntry, DirItem, DirStream, Error, OpenFile, Volume};

/// An entry, and where the next one is looked for.
pub(super) struct Listed<'a> {
    pub cursor: u64,
    pub guess: usize,
    pub name: &'a [u8],
    pub found: Found,
}

impl<L: Layer, C: Clock, J: Journal> Volume<L, C, J> {
    /// Starts a pass over a directory's entries. It stays valid when the open file is closed.
    ///
    /// # Errors
    /// - [`Error::NotDirectory`]: it is not a directory.
    /// - [`Error::InsufficientMemory`]: too many files are open; a stream counts as one, and of a directory that others
    ///   may change as two.
    pub fn read_dir(&mut self, file: &OpenFile) -> Result<DirStream, L::Stop> {
        let directory = self.directory(file)?;
        if let Some((through, _)) = self.tree.live(directory) {
            return self.read_live_dir(file, through);
        }
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
        let listed = if self.tree.live(self.tree.table.id(stream.slot)).is_some() {
            self.listed_live(stream.slot, &mut stream.position, stream.guess)?
        } else {
            self.listed(stream.slot, stream.position, stream.guess)?
        };
        let Some(Listed { cursor, guess, name, found }) = listed else { return Ok(None) };
        (stream.position, stream.guess) = (cursor, guess);
        let name = core::str::from_utf8(name).map_err(|_| Error::IllegalByteSequence)?;
        Ok(Some(DirItem { kind: found.kind, name }))
    }

    /// Returns the first entry of an open directory after a cursor, for callers that keep positions themselves: the
    /// first cursor is 0, and each entry has the one that follows it. Never returns `.` or `..`. `guess` is for one
    /// listing, and 0 at its start. A cursor stays valid whatever happens to the directory.
    ///
    /// # Errors
    /// - [`Error::NotDirectory`]: it is not a directory.
    /// - [`Error::Io`]: the layer is damaged.
    pub fn entry_after(
        &self,
        directory: &OpenFile,
        cursor: u64,
        guess: &mut usize,
    ) -> Result<Option<DirEntry<'_>>, L::Stop> {
        let listed = if self.tree.live(self.tree.table.id(directory.slot)).is_some() {
            let mut cursor = cursor;
            self.listed_live(directory.slot, &mut cursor, 0)?
        } else {
            self.listed(directory.slot, cursor, *guess)?
        };
        let Some(listed) = listed else { return Ok(None) };
        *guess = listed.guess;
        let Listed { cursor, name, found, .. } = listed;
        let crossed = self.tree.cross(found).node;
        let hash = if L::HAS_MOUNTS && crossed != found.node { self.hash_of(crossed)? } else { hash(found.node) };
        Ok(Some(DirEntry { cursor, kind: found.kind, hash, name }))
    }

    /// Finds the first entry after a cursor. `guess` is its probable index in the list of a copied-up directory.
    #[inline(always)]
    fn listed(&self, slot: u32, cursor: u64, guess: usize) -> Result<Option<Listed<'_>>, L::Stop> {
        let Body::Directory(directory) = &self.tree.table.get(slot)?.body else {
            return Err(Error::NotDirectory.into());
        };
        Ok(match directory {
            Directory { entries: Some(entries), .. } => entries
                .after(cursor, guess)
                .map(|(place, cursor, name, found)| Listed { cursor, guess: place + 1, name, found }),
            Directory { lower: Some(inode), .. } => {
                let Some(listed) = self.tree.layer.entry_after(inode, cursor)? else { return Ok(None) };
                Some(Listed { cursor: listed.cursor, guess, name: listed.name, found: listed.node.into() })
            }
            _ => None,
        })
    }

    /// Ends a pass.
    pub fn close_dir(&mut self, stream: DirStream) {
        if let Some(pass) = self.pass_of(&stream) {
            self.release(pass);
        }
        self.release(stream.slot);
    }
}
