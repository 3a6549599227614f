//! Pins: the names that lead to what the tree has changed do so whatever others put there, and are in listings.

use vfs_core::late::LateInode;
use vfs_core::{Error, FileKind};

use super::{Node, Nodes, copy, find, spread};

/// An open node that was found by its name.
pub struct OpenByName {
    /// Its object.
    pub object: u64,
    /// The directory that it was found in.
    pub directory: u64,
    /// Its name there.
    pub name: Box<[u8]>,
}

/// A name that leads to a pinned node.
pub struct PinnedName<'n> {
    /// The number of its pin.
    pub pin: u64,
    /// The name.
    pub name: &'n [u8],
    /// The node's kind.
    pub kind: FileKind,
}

impl Nodes {
    /// Notes that the tree has changed a node.
    pub fn pin(&mut self, number: u64) {
        if let Ok(node) = self.get_mut(number) {
            node.is_changed = true;
        }
        let mut at = number;
        while self.pin_one(at)
            && let Ok(node) = self.get(at)
            && node.parent != at
        {
            at = node.parent;
        }
    }

    /// Pins a node. Returns whether its name leads to it from now on.
    fn pin_one(&mut self, number: u64) -> bool {
        let Ok(&Node { pinned, parent, .. }) = self.get(number) else { return false };
        let is_listed = |node: &Node| node.pinned_children.binary_search_by_key(&pinned, |(pinned, _)| *pinned).is_ok();
        if pinned > 0 && self.get(parent).is_ok_and(is_listed) {
            return false;
        }
        self.pinned += 1;
        let pinned = self.pinned;
        let Ok(node) = self.get_mut(number) else { return false };
        node.pinned = pinned;
        let Ok(node) = self.get(number) else { return false };
        if !node.name.is_empty()
            && self.named(parent, &node.name) == Some(number)
            && let Ok(parent) = self.get_mut(parent)
            // Without memory, listings have it only if the host has it.
            && parent.pinned_children.try_reserve(1).is_ok()
        {
            parent.pinned_children.push((pinned, number));
            return true;
        }
        false
    }

    /// Returns the directory of a node, if that has to be pinned with it.
    pub fn unpinned_parent(&self, number: u64) -> Option<u64> {
        let parent = self.get(number).ok()?.parent;
        (parent != number && !self.get(parent).ok()?.is_pinned()).then_some(parent)
    }

    /// Returns whether a node is pinned and its name leads to it.
    pub fn is_pinned_by_name(&self, number: u64) -> bool {
        let node = find(&self.slots, number).filter(|node| node.is_pinned() && !node.name.is_empty());
        node.is_some_and(|node| self.named(node.parent, &node.name) == Some(number))
    }

    /// Returns how a node was found, if it is open and not pinned, its object is known and its name still leads to it.
    pub fn open_by_name(&self, number: u64) -> Result<Option<OpenByName>, Error> {
        let node = self.get(number)?;
        let is_by_name = node.descriptor.is_some() && self.named(node.parent, &node.name) == Some(number);
        let Some(object) = node.object.filter(|_| is_by_name && !node.is_pinned()) else { return Ok(None) };
        Ok(Some(OpenByName { object, directory: node.parent, name: copy(&node.name)? }))
    }

    /// Notes that a pass has told a name. If that leads to a pinned node, the pass does not tell it again at its end, and
    /// this returns the node's kind.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    pub fn note_told(&mut self, pass: u64, name: &[u8]) -> Result<Option<FileKind>, Error> {
        let (directory, begun_at) = self.pass(pass)?;
        if self.get(directory)?.pinned_children.is_empty() {
            return Ok(None);
        }
        let node = self.named(directory, name).and_then(|number| find(&self.slots, number));
        let Some(Node { pinned, stat, .. }) = node.filter(|node| node.is_pinned()) else { return Ok(None) };
        let (pinned, kind) = (*pinned, stat.kind);
        if pinned <= begun_at {
            let told = &mut self.get_mut(pass)?.told;
            told.try_reserve(1, |pinned| spread(*pinned))?;
            told.insert_unique(spread(pinned), pinned, |pinned| spread(*pinned));
        }
        Ok(Some(kind))
    }

    /// Returns the first node in the directory of a pass that was pinned after a pin, but before the pass began, and that the
    /// pass has not told.
    pub fn pinned_after(&self, pass: u64, pin: u64) -> Result<Option<PinnedName<'_>>, Error> {
        let (directory, begun_at) = self.pass(pass)?;
        let told = &self.get(pass)?.told;
        let children = &self.get(directory)?.pinned_children;
        let mut next = children.iter().skip(children.partition_point(|(pinned, _)| *pinned <= pin));
        let is_untold = |(pinned, _): &&(u64, u64)| told.find(spread(*pinned), |known| known == pinned).is_none();
        let next = next.find(is_untold).filter(|(pinned, _)| *pinned <= begun_at);
        Ok(next.and_then(|(pinned, number)| {
            let node = find(&self.slots, *number)?;
            Some(PinnedName { pin: *pinned, name: &node.name, kind: node.stat.kind })
        }))
    }

    /// Adds a pass over a directory's entries.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    pub fn add_pass(&mut self, directory: u64) -> Result<LateInode, Error> {
        let Node { stat, image, .. } = *self.get(directory)?;
        let number = self.add(directory, &[], None, stat)?;
        let begun_at = Some(self.pinned);
        let node = self.get_mut(number)?;
        (node.image, node.begun_at) = (image, begun_at);
        Ok(LateInode { number, stat, parent: directory })
    }

    /// Returns whether the directory of a pass is pinned.
    pub fn is_pass_pinned(&self, pass: u64) -> bool {
        let directory = self.pass(pass).and_then(|(directory, _)| self.get(directory));
        directory.is_ok_and(Node::is_pinned)
    }

    /// Returns the directory of a pass, and how many nodes were pinned when it began. A directory may be its own pass.
    fn pass(&self, number: u64) -> Result<(u64, u64), Error> {
        let node = self.get(number)?;
        Ok(node.begun_at.map_or((number, u64::MAX), |begun_at| (node.parent, begun_at)))
    }

    /// Forgets that a node is pinned.
    pub(super) fn forget_pinned(&mut self, number: u64) {
        let Ok(&Node { pinned, parent, .. }) = self.get(number) else { return };
        if let Ok(Node { pinned_children, .. }) = self.get_mut(parent)
            && let Ok(place) = pinned_children.binary_search_by_key(&pinned, |(pinned, _)| *pinned)
        {
            pinned_children.remove(place);
        }
    }
}
