//! Nodes that an operation loads before it changes anything.

use vfs_image::FileKind;

use crate::Error;
use crate::journal::Journal;
use crate::layer::{Layer, LayerInode};
use crate::node::directory::{Entries, Found};
use crate::node::hidden::HiddenNames;
use crate::node::{Body, Directory, NodeId};
use crate::path::Component;
use crate::tree::{Source, Tree};

/// Largest number of nodes that one operation changes.
const MOST: usize = 4;

/// Nodes that an operation has loaded because it is about to change them. If the operation ends before
/// [`Loading::keep`], they are released again, because an operation that changes nothing must leave nothing.
pub(crate) struct Loading<'t, L: Layer, J: Journal> {
    tree: &'t mut Tree<L, J>,
    slots: [u32; MOST],
    count: usize,
}

impl<'t, L: Layer, J: Journal> Loading<'t, L, J> {
    /// Makes an empty set.
    pub fn new(tree: &'t mut Tree<L, J>) -> Self {
        Self { tree, slots: [0; MOST], count: 0 }
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
        let slot = self.add(slot);
        self.tree.refresh(slot)?;
        Ok(slot)
    }

    /// Loads the node of an entry, which must have the entry's kind.
    ///
    /// # Errors
    /// - [`Error::Io`]: it has another kind.
    /// - Those of [`Tree::load`].
    pub fn found(&mut self, found: Found) -> Result<u32, L::Stop> {
        let slot = self.tree.load_found(found)?;
        let slot = self.add(slot);
        self.tree.refresh(slot)?;
        Ok(slot)
    }

    /// Loads a directory and gives it a list of its own entries, with room for one more. The entries stay the same.
    /// `names` are those that are about to change, with the results of a search for them.
    ///
    /// # Errors
    /// - [`Error::NotDirectory`]: it is not a directory.
    /// - [`Error::ReadOnly`]: its layer refuses changes.
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    /// - [`Error::Io`]: the layer's list does not have what a search found in it.
    /// - Those of [`Tree::load`].
    #[inline(never)]
    pub fn entries(&mut self, id: NodeId, names: &[(&[u8], Option<Found>)]) -> Result<u32, L::Stop> {
        self.tree.check_changeable(id)?;
        let slot = self.node(id)?;
        let Tree { table, layer, .. } = &mut *self.tree;
        let Body::Directory(directory) = &mut table.get_mut(slot)?.body else {
            return Err(Error::NotDirectory.into());
        };
        if L::Hidden::ANY && directory.lower.is_some_and(|inode| layer.is_live(inode.number()).is_some()) {
            prepare_beside(layer, directory, names)?;
        }
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
        self.tree.journal.touch(id, names)?;
        Ok(slot)
    }

    /// Loads a node that survives the loss of a name (it has other names, or a slot), so that its link count can be
    /// updated.
    ///
    /// # Errors
    /// - Those of [`Loading::found`].
    pub fn survivor(&mut self, found: Found) -> Result<(), L::Stop> {
        // What is live and open has its state of when it was opened.
        let is_open = L::Hidden::ANY && self.tree.table.find(found.node).is_some();
        match self.tree.source(found.node)? {
            Source::Layer(inode) if inode.kind() != found.kind => Err(self.tree.layer.contradiction()),
            Source::Layer(inode) if !is_open && (inode.kind() == FileKind::Directory || inode.stat().links <= 1) => {
                Ok(())
            }
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

    /// Checks that a loaded node can get one more name.
    ///
    /// # Errors
    /// - [`Error::TooManyLinks`]: it has the maximum number of names.
    pub fn one_more_link(&self, slot: u32) -> Result<u32, Error> {
        self.tree.table.get(slot)?.links.checked_add(1).ok_or(Error::TooManyLinks)
    }

    /// Keeps what was loaded: from here on the operation changes all of it, and adds `new` nodes.
    ///
    /// # Errors
    /// - [`Error::ReadOnly`]: the layer of a node refuses changes.
    /// - [`Error::InsufficientSpace`]: there would be more nodes than [`Limits::max_nodes`](crate::Limits::max_nodes).
    #[inline(never)]
    pub fn keep(mut self, new: u32) -> Result<(), Error> {
        let slots = self.slots.get(..self.count).unwrap_or(&self.slots);
        self.tree.check_nodes(slots, new)?;
        self.count = 0;
        Ok(())
    }
}

/// Gives a live directory a list of its own entries, beside the layer's, and prepares the names that may be hidden.
fn prepare_beside<L: Layer>(
    layer: &L,
    directory: &mut Directory<L>,
    names: &[(&[u8], Option<Found>)],
) -> Result<(), L::Stop> {
    let entries = directory.entries.get_or_insert_with(Entries::new);
    // A directory that is the old and the new one comes twice, the second time without names.
    if !names.is_empty() {
        directory.hidden.begin();
    }
    for (name, found) in names {
        if found.is_none() || directory.hidden.contains(name) {
            continue;
        }
        // Others may have made a name that the tree made, too.
        let is_of_layer = match &directory.lower {
            Some(lower) if entries.get(name).is_some() => {
                layer.lookup(lower, Component { text: name, hash: 0 })?.is_some()
            }
            _ => true,
        };
        if is_of_layer {
            directory.hidden.prepare(name)?;
        }
    }
    Ok(())
}

impl<L: Layer, J: Journal> Loading<'_, L, J> {
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

impl<L: Layer, J: Journal> Drop for Loading<'_, L, J> {
    #[inline]
    fn drop(&mut self) {
        if self.count > 0 {
            self.let_go();
        }
    }
}
