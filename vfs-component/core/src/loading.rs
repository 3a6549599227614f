//! What an operation loads before it changes anything.

use vfs_image::FileKind;

use crate::Error;
use crate::layer::{Layer, LayerInode};
use crate::node::directory::{Entries, Found};
use crate::node::{Body, NodeId};
use crate::tree::{Source, Tree};

/// Most nodes that one operation changes.
const MOST: usize = 4;

/// Nodes that an operation has loaded because it is about to change them. If it ends before [`Loading::keep`], they are let go
/// again: nothing changes, so nothing may stay.
pub(crate) struct Loading<'t, L: Layer> {
    tree: &'t mut Tree<L>,
    slots: [u32; MOST],
    count: usize,
}

impl<'t, L: Layer> Loading<'t, L> {
    /// Nothing loaded yet.
    pub fn new(tree: &'t mut Tree<L>) -> Self {
        Self { tree, slots: [0; MOST], count: 0 }
    }

    fn slots(&self) -> &[u32] {
        self.slots.get(..self.count).unwrap_or(&self.slots)
    }

    fn add(&mut self, slot: u32) -> u32 {
        if let Some(place) = self.slots.get_mut(self.count) {
            *place = slot;
            self.count += 1;
        }
        slot
    }

    /// Loads a node.
    ///
    /// # Errors
    /// - Those of [`Tree::load`].
    pub fn node(&mut self, id: NodeId) -> Result<u32, L::Stop> {
        let slot = self.tree.load(id)?;
        Ok(self.add(slot))
    }

    /// Loads what an entry stands for, which must be what the entry says.
    ///
    /// # Errors
    /// - [`Error::Io`]: it is something else.
    /// - Those of [`Tree::load`].
    pub fn found(&mut self, found: Found) -> Result<u32, L::Stop> {
        let slot = self.tree.load_found(found)?;
        Ok(self.add(slot))
    }

    /// Loads a directory and gives it a list of its own entries with room for one more. What they are does not change. `names` are
    /// those that are about to change, with what a search has said of them.
    ///
    /// # Errors
    /// - [`Error::NotDirectory`]: it is not a directory.
    /// - [`Error::ReadOnly`]: it is of a layer that refuses changes.
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    /// - [`Error::Io`]: the layer's list does not have what a search in it found.
    /// - Those of [`Tree::load`].
    #[inline(never)]
    pub fn entries(&mut self, directory: NodeId, names: &[(&[u8], Option<Found>)]) -> Result<u32, L::Stop> {
        self.tree.check_changeable(directory)?;
        let slot = self.node(directory)?;
        let Tree { table, layer, .. } = &mut *self.tree;
        let Body::Directory(directory) = &mut table.get_mut(slot)?.body else {
            return Err(Error::NotDirectory.into());
        };
        match (&mut directory.entries, &directory.lower) {
            (Some(entries), _) => entries.reserve()?,
            (none, Some(inode)) => {
                let mut entries = Entries::copy_up(layer, inode)?;
                entries.reserve()?;
                if names.iter().any(|(name, found)| entries.get(name) != *found) {
                    return Err(layer.contradiction());
                }
                entries.names().for_each(|name| layer.forget(inode.number(), name));
                *none = Some(entries);
            }
            (None, None) => return Err(Error::Io.into()),
        }
        Ok(slot)
    }

    /// Loads a node that is about to lose a name, if that leaves a trace on it: it has other names, or a slot.
    ///
    /// # Errors
    /// - Those of [`Loading::found`].
    pub fn survivor(&mut self, found: Found) -> Result<(), L::Stop> {
        match self.tree.source(found.node)? {
            Source::Layer(inode) if inode.kind() != found.kind => Err(self.tree.layer.contradiction()),
            Source::Layer(inode) if inode.kind() == FileKind::Directory || inode.stat().links <= 1 => Ok(()),
            _ => self.found(found).map(|_| ()),
        }
    }

    /// Makes sure that the next [`Tree::add`] needs no memory.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    pub fn reserve_node(&mut self) -> Result<(), Error> {
        self.tree.table.reserve()
    }

    /// Checks one more name of a node that was loaded.
    ///
    /// # Errors
    /// - [`Error::TooManyLinks`]: it has as many as can be counted.
    pub fn one_more_link(&self, slot: u32) -> Result<u32, Error> {
        self.tree.table.get(slot)?.links.checked_add(1).ok_or(Error::TooManyLinks)
    }

    /// Keeps what was loaded: from here on the operation changes all of it, and adds `new` nodes.
    ///
    /// # Errors
    /// - [`Error::ReadOnly`]: one of them is of a layer that refuses changes.
    /// - [`Error::InsufficientSpace`]: [`Limits::max_nodes`](crate::Limits::max_nodes) would be passed.
    #[inline(never)]
    pub fn keep(mut self, new: u32) -> Result<(), Error> {
        self.tree.check_nodes(self.slots(), new)?;
        self.count = 0;
        Ok(())
    }
}

impl<L: Layer> Loading<'_, L> {
    #[inline(never)]
    fn let_go(&mut self) {
        while let Some(last) = self.count.checked_sub(1) {
            self.count = last;
            if let Some(slot) = self.slots.get(last) {
                self.tree.collect(*slot);
            }
        }
    }
}

impl<L: Layer> Drop for Loading<'_, L> {
    #[inline]
    fn drop(&mut self) {
        if self.count > 0 {
            self.let_go();
        }
    }
}
