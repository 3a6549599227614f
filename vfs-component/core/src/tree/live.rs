//! Live nodes, which others may change: the layer is asked about them until the tree has changed them.

use vfs_image::FileKind;

use super::{Names, Tree};
use crate::journal::Journal;
use crate::layer::{Layer, LayerInode};
use crate::node::directory::Found;
use crate::node::hidden::HiddenNames;
use crate::node::{Body, Directory, Node, NodeId, Origin, RegularFile};
use crate::{DescriptorFlags, Error};

impl<L: Layer, J: Journal> Tree<L, J> {
    /// Has the layer open a live node, and returns what is open. It stays what it is, whatever others do with its name.
    ///
    /// # Errors
    /// Those of [`Layer::open`].
    #[inline(always)]
    pub fn open_in_layer(&mut self, found: Found, flags: DescriptorFlags) -> Result<Found, L::Stop> {
        let Some((through, number)) = self.live(found.node) else { return Ok(found) };
        let passes_through = self.layer.passes_through(number).is_some();
        // A changed directory still has names of the layer, as long as somebody asks for them.
        if !passes_through && found.kind != FileKind::Directory && !self.needs_layer(found) {
            return Ok(found);
        }
        let inode = self.layer.open(through, if passes_through { flags } else { DescriptorFlags::READ })?;
        // Others may have put something else in its place.
        if inode.kind() != found.kind {
            return Err(self.layer.contradiction());
        }
        if passes_through {
            return Ok(Found { node: NodeId::layer(inode.number()), ..found });
        }
        self.renew_contents(found.node, &inode)?;
        Ok(found)
    }

    /// Returns whether an open live node has something left from the layer.
    pub(super) fn needs_layer(&self, found: Found) -> bool {
        match self.table.find(found.node).and_then(|slot| self.table.get(slot).ok()) {
            Some(Node { changed: true, body: Body::File(file), .. }) => file.needs_layer(),
            Some(Node { changed: true, .. }) => false,
            _ => matches!(found.kind, FileKind::RegularFile | FileKind::Directory),
        }
    }

    /// Makes the contents of a changed file what its name leads to now, if they were not changed and it was not open.
    fn renew_contents(&mut self, node: NodeId, inode: &L::Inode) -> Result<(), L::Stop> {
        let Some(slot) = self.table.find(node) else { return Ok(()) };
        if let Node { changed: true, opens: 0, body: Body::File(file), .. } = self.table.get_mut(slot)?
            && file.is_of_layer()
        {
            *file = RegularFile::from_layer(self.layer.contents(inode)?);
        }
        Ok(())
    }

    /// Tells the layer of a live node that nobody has open, unless the rest of its contents must not change any more.
    pub(super) fn close_in_layer(&mut self, slot: u32) {
        let id = self.table.id(slot);
        let Ok(node) = self.table.get(slot) else { return };
        let has_rest = match &node.body {
            Body::File(file) => file.needs_layer() && !file.is_of_layer(),
            _ => self.needs_layer(Found { node: id, kind: node.kind() }),
        };
        if let Some((_, number)) = self.live(id)
            && !has_rest
        {
            self.layer.close(number);
        }
    }

    /// Gives a pass over a live directory's entries a slot, so that it can be opened.
    ///
    /// # Errors
    /// Those of [`Tree::load`].
    pub fn load_pass(&mut self, pass: &L::Inode) -> Result<u32, L::Stop> {
        if pass.kind() != FileKind::Directory {
            return Err(Error::NotDirectory.into());
        }
        if let Some(slot) = self.table.find(NodeId::layer(pass.number())) {
            return Ok(slot);
        }
        self.table.reserve()?;
        self.layer.reserve_user()?;
        self.layer.retain(pass.number());
        Ok(self.table.insert(|| Node::of_layer(pass, Body::Directory(Directory::of_layer(*pass)))))
    }

    /// Makes the state of a live node that the tree has not changed yet what it is now, before the first change.
    ///
    /// # Errors
    /// Those of [`Layer::before_change`].
    #[inline]
    pub fn refresh(&mut self, slot: u32) -> Result<(), L::Stop> {
        match self.reads_through(self.table.id(slot)) {
            Some((through, _)) => self.refresh_from(slot, through),
            None => Ok(()),
        }
    }

    #[cold]
    pub(super) fn refresh_from(&mut self, slot: u32, through: L::Through) -> Result<(), L::Stop> {
        let inode = self.layer.before_change(through)?;
        let node = self.table.get_mut(slot)?;
        if node.kind() != inode.kind() {
            return Err(self.layer.contradiction());
        }
        let body = match &mut node.body {
            Body::File(_) => Body::File(RegularFile::from_layer(self.layer.contents(&inode)?)),
            body => core::mem::replace(body, Body::Special(FileKind::Fifo)),
        };
        let opens = node.opens;
        *node = Node { opens, ..Node::of_layer(&inode, body) };
        Ok(())
    }

    /// Returns the number of a live directory in which the layer alone knows what a name leads to.
    pub fn leaves_name(&self, directory: NodeId, name: &[u8]) -> Option<u64> {
        let (_, number) = self.live(directory)?;
        let is_own = match self.directory(directory).ok()? {
            Names::Layer(_) => false,
            Names::Beside(_, entries, hidden, _) => entries.get(name).is_some() || hidden.contains(name),
            Names::Own(_) => true,
        };
        (!is_own && self.layer.leaves_names(number)).then_some(number)
    }

    /// Returns through which layer a live node is reached, and its number there; see [`Layer::is_live`].
    #[inline]
    pub fn live(&self, id: NodeId) -> Option<(L::Through, u64)> {
        match id.origin() {
            Origin::Layer(number) => self.layer.is_live(number).map(|through| (through, number)),
            Origin::Upper(_) => None,
        }
    }

    /// Returns the same of a live node that the tree has not changed, so that the layer is asked about it.
    #[inline]
    pub fn reads_through(&self, id: NodeId) -> Option<(L::Through, u64)> {
        let live = self.live(id)?;
        let slot = self.table.find(id).and_then(|slot| self.table.get(slot).ok());
        (!slot.is_some_and(|node| node.changed)).then_some(live)
    }
}
