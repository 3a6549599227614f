//! Listing a directory that others may change too: first the layer's names that are not hidden, then the tree's own.

use super::read_dir::Listed;
use crate::journal::Journal;
use crate::layer::Layer;
use crate::node::directory::Entries;
use crate::node::hidden::HiddenNames;
use crate::node::{Body, Directory};
use crate::path::Component;
use crate::{Clock, DirStream, Error, OpenFile, Volume};

/// The bit of cursors in the tree's own entries. The rest is a sequence number.
const OWN: u64 = 1 << 63;

impl<L: Layer, C: Clock, J: Journal> Volume<L, C, J> {
    /// Starts a pass over a live directory. The layer's part of it counts as an open of its own.
    pub(super) fn read_live_dir(&mut self, file: &OpenFile, through: L::Through) -> Result<DirStream, L::Stop> {
        self.check_open()?;
        let pass = self.tree.layer.open_listing(through)?;
        let pass = self.tree.load_pass(&pass)?;
        let OpenFile { slot: pass, .. } = self.open_slot(pass, file.flags, file.changes)?;
        match self.reopen(file) {
            Ok(OpenFile { slot, .. }) => Ok(DirStream { slot, position: 0, guess: pass as usize + 1 }),
            Err(stop) => {
                self.release(pass);
                Err(stop)
            }
        }
    }

    /// Returns the slot of the pass that belongs to a stream; `None` if there is none.
    pub(super) fn pass_of(&self, stream: &DirStream) -> Option<u32> {
        self.tree.live(self.tree.table.id(stream.slot))?;
        u32::try_from(stream.guess.checked_sub(1)?).ok()
    }

    /// Finds the first entry of a live directory after a cursor, and moves the cursor behind what it skips, so that no
    /// name is looked at twice. `guess` tells the pass.
    pub(super) fn listed_live(&self, slot: u32, cursor: &mut u64, guess: usize) -> Result<Option<Listed<'_>>, L::Stop> {
        let Body::Directory(directory) = &self.tree.table.get(slot)?.body else {
            return Err(Error::NotDirectory.into());
        };
        let pass = guess.checked_sub(1).and_then(|pass| self.tree.table.get(pass as u32).ok());
        let lower = match pass.map(|node| &node.body) {
            Some(Body::Directory(Directory { lower: Some(lower), .. })) => Some(lower),
            _ => directory.lower.as_ref(),
        };
        if *cursor < OWN {
            if let Some(lower) = lower
                && let Some(listed) = self.listed_in_layer(directory, lower, cursor, guess)?
            {
                return Ok(Some(listed));
            }
            *cursor = OWN;
        }
        let Some(entries) = &directory.entries else { return Ok(None) };
        self.listed_above(directory, entries, cursor, guess)
    }

    /// Finds the first entry of the layer after a cursor that is not hidden, or that has another node now.
    fn listed_in_layer<'a>(
        &'a self,
        directory: &'a Directory<L>,
        lower: &L::Inode,
        cursor: &mut u64,
        guess: usize,
    ) -> Result<Option<Listed<'a>>, L::Stop> {
        while let Some(listed) = self.tree.layer.entry_after(lower, *cursor)? {
            let crate::layer::Listed { cursor: next, name, node } = listed;
            let own = directory.entries.as_ref().and_then(|entries: &Entries<L::Bytes>| entries.get(name));
            // A name that the tree made before others made it too comes with the tree's own.
            let found = if directory.hidden.contains(name) { own } else { own.is_none().then(|| node.into()) };
            *cursor = next;
            if let Some(found) = found {
                return Ok(Some(Listed { cursor: next, guess, name, found }));
            }
        }
        Ok(None)
    }

    /// Finds the first entry of the tree after a cursor that does not come with the layer's.
    fn listed_above<'a>(
        &'a self,
        directory: &'a Directory<L>,
        entries: &'a Entries<L::Bytes>,
        cursor: &mut u64,
        guess: usize,
    ) -> Result<Option<Listed<'a>>, L::Stop> {
        while let Some((_, sequence, name, found)) = entries.after(*cursor & !OWN, 0) {
            let is_of_layer = match &directory.lower {
                Some(lower) if directory.hidden.contains(name) => {
                    self.tree.layer.lookup(lower, Component { text: name, hash: 0 })?.is_some()
                }
                _ => false,
            };
            *cursor = OWN | sequence;
            if !is_of_layer {
                return Ok(Some(Listed { cursor: *cursor, guess, name, found }));
            }
        }
        Ok(None)
    }
}
