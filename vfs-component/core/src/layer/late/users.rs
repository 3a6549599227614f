//! How often the tree keeps each node of a late layer, and which nodes nothing uses any more.

use alloc::vec::Vec;

use hashbrown::HashTable;

use crate::{Error, name};

/// Counts of the nodes that the tree keeps.
#[derive(Debug, Default)]
pub struct Users {
    /// Numbers of nodes, and how often each is kept.
    counts: HashTable<(u64, u32)>,
    /// Nodes that nothing uses any more.
    released: Vec<u64>,
    /// Nodes that the tree has changed.
    pinned: Vec<u64>,
    /// Nodes of which the tree needs nothing any more but their identity.
    closed: Vec<u64>,
}

impl Users {
    pub const fn new() -> Self {
        Self { counts: HashTable::new(), released: Vec::new(), pinned: Vec::new(), closed: Vec::new() }
    }

    /// Makes sure that `count` more nodes can be kept.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    pub fn reserve(&mut self, count: usize) -> Result<(), Error> {
        Ok(self.counts.try_reserve(count, |(number, _)| hash(*number))?)
    }

    /// Counts one more user of a node, after [`Users::reserve`].
    pub fn add(&mut self, number: u64) {
        match self.counts.find_mut(hash(number), |(known, _)| *known == number) {
            Some((_, count)) => *count = count.saturating_add(1),
            None => drop(self.counts.insert_unique(hash(number), (number, 1), |(number, _)| hash(*number))),
        }
    }

    /// Counts one user less.
    pub fn remove(&mut self, number: u64) {
        let Ok(mut entry) = self.counts.find_entry(hash(number), |(known, _)| *known == number) else { return };
        let (_, count) = entry.get_mut();
        *count -= 1;
        if *count == 0 {
            entry.remove();
            self.report(number);
        }
    }

    /// Releases a node if it has no user.
    pub fn release_unused(&mut self, number: u64) {
        if self.counts.find(hash(number), |(known, _)| *known == number).is_none() {
            self.report(number);
        }
    }

    /// Notes that the tree has changed a node.
    pub fn pin(&mut self, number: u64) {
        // Without memory to report it, the node's name leads to what others put there.
        if self.pinned.try_reserve(1).is_ok() {
            self.pinned.push(number);
        }
    }

    /// Notes that nothing of a node is needed any more but its identity.
    pub fn close(&mut self, number: u64) {
        // Without memory to report it, the caller keeps what belongs to the node until it is released.
        if self.closed.try_reserve(1).is_ok() {
            self.closed.push(number);
        }
    }

    /// Returns the nodes that were closed since the last call.
    pub fn take_closed(&mut self) -> Vec<u64> {
        core::mem::take(&mut self.closed)
    }

    /// Returns the nodes that were pinned since the last call.
    pub fn take_pinned(&mut self) -> Vec<u64> {
        core::mem::take(&mut self.pinned)
    }

    fn report(&mut self, number: u64) {
        // Without memory to report it, the caller keeps what belongs to the node until the layer goes.
        if self.released.try_reserve(1).is_ok() {
            self.released.push(number);
        }
    }

    /// Returns the nodes that were released since the last call, but for those that were used again: an operation that
    /// stops with a request releases what it has loaded, and loads it again when it runs again.
    pub fn take_released(&mut self) -> Vec<u64> {
        let mut released = core::mem::take(&mut self.released);
        released.retain(|number| self.counts.find(hash(*number), |(known, _)| known == number).is_none());
        released
    }
}

fn hash(number: u64) -> u64 {
    name::hash(&number.to_le_bytes())
}
