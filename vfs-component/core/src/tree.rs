//! The lazy copy-on-write tree: the layer where nothing has changed, nodes in the table where something has.

use alloc::vec::Vec;

use vfs_image::{FileKind, Timestamp};

use crate::journal::Journal;
use crate::layer::{Effect, Layer, LayerInode, Listed};
use crate::limits::{Limits, MAX_NAME};
#[cfg(doc)]
use crate::loading::Loading;
use crate::node::directory::{Entries, Found};
use crate::node::table::Table;
use crate::node::{Body, Directory, Node, NodeId, Origin, RegularFile, Stat, Symlink, Times};
use crate::path::Component;
use crate::{DescriptorFlags, Error, OpenFile};

/// All there is of the files.
pub(crate) struct Tree<L: Layer, J: Journal> {
    pub layer: L,
    pub journal: J,
    pub table: Table<L>,
    pub root: NodeId,
    limits: Limits,
    /// Owned bytes of all files.
    bytes: u64,
    /// Nodes that are the app's: made or changed by it.
    nodes: u32,
}

impl<L: Layer, J: Journal> Tree<L, J> {
    /// The tree over a layer.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    /// - Those of [`Layer::root`].
    pub fn new(layer: L, limits: Limits) -> Result<Self, L::Stop> {
        let root = layer.root()?;
        let id = NodeId::layer(root.unwrap_or(0));
        let mut tree = Self { layer, journal: J::new(id), table: Table::new(), root: id, limits, bytes: 0, nodes: 0 };
        if root.is_none() {
            tree.table.reserve()?;
            let body = Body::Directory(Directory { lower: None, parent: None, entries: Some(Entries::new()) });
            let times = Times::all(Timestamp::default());
            // The root is nobody's to remove and counts as no node of the app.
            let slot = tree.table.insert(|| Node { origin: None, links: 2, opens: 0, changed: true, times, body });
            tree.root = tree.table.id(slot);
            tree.journal = J::new(tree.root);
        }
        Ok(tree)
    }

    /// A walk along a path begins.
    #[inline]
    pub fn begin(&mut self) {
        self.layer.make_room();
        self.journal.begin(&self.table);
    }

    /// Owned bytes and nodes of the app.
    pub fn usage(&self) -> (u64, u32) {
        (self.bytes, self.nodes)
    }

    /// Where a node's state is to be read.
    #[inline]
    pub fn source(&self, id: NodeId) -> Result<Source<'_, L>, L::Stop> {
        if let Some((_, number)) = self.passes_through(id) {
            return Ok(Source::Layer(self.layer.inode(number)?));
        }
        self.known(id)
    }

    /// The same for what never changes of a node, so that the layer is not asked anew where it is open.
    #[inline]
    fn known(&self, id: NodeId) -> Result<Source<'_, L>, L::Stop> {
        match (self.table.find(id), id.origin()) {
            (Some(slot), _) => Ok(Source::Upper(self.table.get(slot)?)),
            (None, Origin::Layer(number)) => Ok(Source::Layer(self.layer.inode(number)?)),
            (None, Origin::Upper(_)) => Err(Error::BadDescriptor.into()),
        }
    }

    /// Who answers for a directory: its own entries, or the layer.
    #[inline]
    fn directory(&self, id: NodeId) -> Result<Names<'_, L>, L::Stop> {
        match self.known(id)? {
            Source::Upper(Node { body: Body::Directory(Directory { entries: Some(entries), .. }), .. }) => {
                Ok(Names::Own(entries))
            }
            Source::Upper(Node { body: Body::Directory(Directory { lower: Some(inode), .. }), .. }) => {
                Ok(Names::Layer(*inode))
            }
            Source::Layer(inode) if inode.kind() == FileKind::Directory => Ok(Names::Layer(inode)),
            Source::Upper(_) | Source::Layer(_) => Err(Error::NotDirectory.into()),
        }
    }

    /// What is known about a node.
    ///
    /// # Errors
    /// - [`Error::Io`]: the layer is damaged.
    pub fn stat(&self, id: NodeId) -> Result<Stat, L::Stop> {
        if let Some((_, number)) = self.passes_through(id) {
            return Ok(self.layer.inode(number)?.stat_now());
        }
        Ok(match self.known(id)? {
            Source::Upper(node) => node.stat(),
            Source::Layer(inode) => inode.stat(),
        })
    }

    /// Finds a name in a directory, if it can be one.
    ///
    /// # Errors
    /// - [`Error::NameTooLong`]: the name is too long.
    /// - [`Error::NotDirectory`]: it is not a directory.
    /// - [`Error::Io`]: the layer is damaged.
    #[inline]
    pub fn lookup(&self, directory: NodeId, name: Component<'_>) -> Result<Option<Found>, L::Stop> {
        if let Origin::Layer(number) = directory.origin()
            && let Some(node) = self.layer.recall(number, name)
        {
            self.journal.pass(directory, name.text, node.into());
            return Ok(Some(node.into()));
        }
        let found = self.search(directory, name);
        if let Ok(Some(found)) = &found {
            self.journal.pass(directory, name.text, *found);
        }
        found
    }

    /// Out of line: most names are known to the layer.
    #[inline(never)]
    fn search(&self, directory: NodeId, name: Component<'_>) -> Result<Option<Found>, L::Stop> {
        if name.text.len() > MAX_NAME {
            // In a removed directory there is nothing, however long.
            return if self.is_removed(directory) { Ok(None) } else { Err(Error::NameTooLong.into()) };
        }
        match self.directory(directory)? {
            Names::Own(entries) => Ok(entries.get(name.text)),
            Names::Layer(inode) => Ok(self.layer.lookup(&inode, name)?.map(Found::from)),
        }
    }

    /// The directory that a directory is in; the root is in itself.
    ///
    /// # Errors
    /// - [`Error::NotDirectory`]: it is not a directory.
    /// - [`Error::Io`]: the layer is damaged.
    pub fn parent(&self, directory: NodeId) -> Result<NodeId, L::Stop> {
        if directory == self.root {
            return Ok(directory);
        }
        let inode = match self.source(directory)? {
            Source::Upper(Node { body: Body::Directory(Directory { parent: Some(parent), .. }), .. }) => {
                return Ok(*parent);
            }
            Source::Upper(Node { body: Body::Directory(Directory { lower: Some(inode), .. }), .. }) => *inode,
            Source::Layer(inode) if inode.kind() == FileKind::Directory => inode,
            Source::Upper(_) | Source::Layer(_) => return Err(Error::NotDirectory.into()),
        };
        Ok(NodeId::layer(self.layer.parent(&inode)?))
    }

    /// Whether a directory is `below` or one of those that `below` lies in.
    ///
    /// # Errors
    /// - [`Error::Io`]: the layer is damaged; its parents may even go round in a circle.
    pub fn is_above(&self, directory: NodeId, below: NodeId) -> Result<bool, L::Stop> {
        // Brent's way of finding a circle: compare with a mark that is moved up after 1, 2, 4, 8, ... steps.
        let (mut at, mut mark, mut steps, mut next_mark) = (below, below, 0_u64, 1_u64);
        loop {
            if at == directory {
                return Ok(true);
            }
            if at == self.root {
                return Ok(false);
            }
            at = self.parent(at)?;
            if at == mark {
                return Err(Error::Io.into());
            }
            steps += 1;
            if steps == next_mark {
                (mark, next_mark) = (at, next_mark.saturating_mul(2));
            }
        }
    }

    /// Where a symbolic link points.
    ///
    /// # Errors
    /// - [`Error::Invalid`]: it is not a symbolic link.
    /// - [`Error::Io`]: the layer is damaged.
    pub fn link_target(&self, id: NodeId) -> Result<&[u8], L::Stop> {
        match self.source(id)? {
            Source::Upper(Node { body: Body::Symlink(Symlink::Owned(target)), .. }) => Ok(target),
            Source::Upper(Node { body: Body::Symlink(Symlink::Layer(inode)), .. }) => self.layer.read_link(inode),
            Source::Layer(inode) if inode.kind() == FileKind::SymbolicLink => self.layer.read_link(&inode),
            Source::Upper(_) | Source::Layer(_) => Err(Error::Invalid.into()),
        }
    }

    /// The contents of an open file, if it can be read.
    ///
    /// # Errors
    /// - [`Error::BadDescriptor`]: it is not a file, or not open for reading.
    #[inline]
    pub fn readable(&self, file: &OpenFile) -> Result<&RegularFile<L::Contents>, Error> {
        match &self.table.get(file.slot)?.body {
            Body::File(contents) if file.flags.contains(DescriptorFlags::READ) => Ok(contents),
            _ => Err(Error::BadDescriptor),
        }
    }

    /// Whether a directory has no entries.
    ///
    /// # Errors
    /// - [`Error::NotDirectory`]: it is not a directory.
    /// - [`Error::Io`]: the layer is damaged.
    pub fn is_empty(&self, directory: NodeId) -> Result<bool, L::Stop> {
        match self.directory(directory)? {
            Names::Own(entries) => Ok(entries.len() == 0),
            Names::Layer(inode) => Ok(self.layer.entry_after(&inode, 0)?.is_none()),
        }
    }

    /// Goes through the entries of a directory. The order is none, and `.` and `..` are not among them.
    ///
    /// # Errors
    /// - [`Error::NotDirectory`]: it is not a directory.
    /// - [`Error::Io`]: the layer is damaged.
    /// - Those of `act`.
    pub fn each_entry(
        &self,
        directory: NodeId,
        mut act: impl FnMut(&[u8], Found) -> Result<(), Error>,
    ) -> Result<(), L::Stop> {
        match self.directory(directory)? {
            Names::Own(entries) => entries.all().try_for_each(|(name, found)| act(name, found))?,
            Names::Layer(inode) => {
                for item in self.layer.entries(&inode)? {
                    let Listed { name, node, .. } = item?;
                    act(name.as_ref(), node.into())?;
                }
            }
        }
        Ok(())
    }

    /// The state of a node, if it is there and has one of its own.
    pub fn present(&self, id: NodeId) -> Option<&Node<L>> {
        let slot = self.table.find(id).filter(|slot| self.table.id(*slot) == id)?;
        self.table.get(slot).ok()
    }

    /// Whether a directory was removed and only opens keep it.
    pub fn is_removed(&self, directory: NodeId) -> bool {
        self.table.find(directory).and_then(|slot| self.table.get(slot).ok()).is_some_and(|node| node.links == 0)
    }

    /// Gives a node of the layer a slot, so that it can be opened or changed. Nothing about it changes.
    ///
    /// # Errors
    /// - [`Error::Io`]: the layer is damaged.
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    pub fn load(&mut self, id: NodeId) -> Result<u32, L::Stop> {
        if let Some(slot) = self.table.find(id) {
            return Ok(slot);
        }
        let Origin::Layer(number) = id.origin() else { return Err(Error::BadDescriptor.into()) };
        let inode = self.layer.inode(number)?;
        self.table.reserve()?;
        // Opening files is what costs; the others need not be made in their place.
        if inode.kind() == FileKind::RegularFile {
            let lower = self.layer.contents(&inode)?;
            return Ok(self.table.insert(|| Node::of_layer(&inode, Body::File(RegularFile::from_layer(lower)))));
        }
        let body = match inode.kind() {
            FileKind::Directory => Body::Directory(Directory { lower: Some(inode), parent: None, entries: None }),
            FileKind::SymbolicLink => Body::Symlink(Symlink::Layer(inode)),
            special => Body::Special(special),
        };
        Ok(self.table.insert(|| Node::of_layer(&inode, body)))
    }

    /// Takes a slot for a file that the layer is about to be asked to open, so that nothing can fail afterwards.
    ///
    /// # Errors
    /// Those of [`Table::reserve`].
    pub fn hold_slot(&mut self) -> Result<(), Error> {
        self.table.reserve()?;
        let slot = self.table.hold();
        self.layer.hold(slot);
        Ok(())
    }

    /// Puts a file that the layer has opened in the slot that was kept for it, or in the one that it has already.
    ///
    /// # Errors
    /// - [`Error::Io`]: it is no file, or no slot was kept. A slot that was kept still is.
    pub fn load_opened(&mut self, inode: &L::Inode) -> Result<u32, L::Stop> {
        if inode.kind() != FileKind::RegularFile {
            return Err(Error::Io.into());
        }
        let lower = self.layer.contents(inode)?;
        let known = self.table.find(NodeId::layer(inode.number()));
        if let Some(known) = known
            && self.table.get(known)?.kind() != FileKind::RegularFile
        {
            return Err(Error::Io.into());
        }
        let held = self.layer.take_held().ok_or(Error::Io)?;
        if let Some(known) = known {
            self.table.give_back(held);
            return Ok(known);
        }
        self.table.fill(held, || Node::of_layer(inode, Body::File(RegularFile::from_layer(lower))));
        Ok(held)
    }

    /// Gives a slot back that was kept for an operation, if one was.
    pub fn drop_held(&mut self) -> bool {
        let held = self.layer.take_held();
        held.into_iter().for_each(|held| self.table.give_back(held));
        held.is_some()
    }

    /// The same of what an entry stands for, which must be what the entry says.
    ///
    /// # Errors
    /// - [`Error::Io`]: it is something else.
    /// - Those of [`Tree::load`].
    pub fn load_found(&mut self, found: Found) -> Result<u32, L::Stop> {
        let slot = self.load(found.node)?;
        if self.table.get(slot)?.kind() == found.kind {
            return Ok(slot);
        }
        self.collect(slot);
        Err(self.layer.contradiction())
    }

    /// What a node's changes pass through, and its number there; none where they are kept above the layer.
    #[inline]
    pub fn passes_through(&self, id: NodeId) -> Option<(L::Through, u64)> {
        match id.origin() {
            Origin::Layer(number) => self.layer.passes_through(number).map(|through| (through, number)),
            Origin::Upper(_) => None,
        }
    }

    /// Has the layer make a change.
    ///
    /// # Errors
    /// Those of [`Layer::perform`].
    #[inline]
    pub fn perform(&self, through: L::Through, effect: Effect<&[u8]>) -> Result<(), L::Stop> {
        self.layer.perform(through, effect).map(|_| ())
    }

    /// Whether the layer makes the changes of these two directories or nodes: then a name can go from one to the other.
    ///
    /// # Errors
    /// - [`Error::CrossDevice`]: it makes those of one of them alone, or they are on two filesystems.
    #[inline]
    pub fn both_pass_through(&self, one: NodeId, other: NodeId) -> Result<Option<(L::Through, u64, u64)>, Error> {
        match (self.passes_through(one), self.passes_through(other)) {
            (None, None) => Ok(None),
            (Some((through, one)), Some((other_through, other)))
                if self.layer.is_one_filesystem(through, other_through) =>
            {
                Ok(Some((through, one, other)))
            }
            _ => Err(Error::CrossDevice),
        }
    }

    /// # Errors
    /// - [`Error::ReadOnly`]: the node is of a layer that refuses changes.
    #[inline]
    pub fn check_changeable(&self, id: NodeId) -> Result<(), Error> {
        match id.origin() {
            Origin::Layer(number) if self.layer.is_read_only(number) => Err(Error::ReadOnly),
            Origin::Layer(_) | Origin::Upper(_) => Ok(()),
        }
    }

    /// Checks that the nodes in `slots` can be changed and `new` be added, one at most. Names of one slot count once.
    ///
    /// # Errors
    /// - [`Error::ReadOnly`]: one of them is of a layer that refuses changes.
    /// - [`Error::InsufficientSpace`]: [`Limits::max_nodes`] would be passed.
    /// - [`Error::InsufficientMemory`]: the journal has no memory to note the change.
    pub fn check_nodes(&mut self, slots: &[u32], new: u32) -> Result<(), Error> {
        let mut more = new;
        for (place, slot) in slots.iter().enumerate() {
            let is_first = !slots.iter().take(place).any(|before| before == slot);
            if is_first && !self.table.get(*slot)?.changed {
                more += 1;
                self.check_changeable(self.table.id(*slot))?;
            }
        }
        if more > self.limits.max_nodes.saturating_sub(self.nodes) {
            Err(Error::InsufficientSpace)
        } else {
            self.hold(slots)
        }
    }

    /// Tells the journal what is about to be changed.
    #[inline]
    fn hold(&mut self, slots: &[u32]) -> Result<(), Error> {
        if J::TRACKS {
            for slot in slots {
                self.journal.hold(self.table.id(*slot))?;
            }
            self.journal.reserve()?;
        }
        Ok(())
    }

    /// Adds a node after [`Loading::reserve_node`].
    pub fn add(&mut self, body: Body<L>, now: Timestamp) -> u32 {
        self.nodes = self.nodes.saturating_add(1);
        let links = if matches!(body, Body::Directory(_)) { 2 } else { 1 };
        self.table.insert(|| Node { origin: None, links, opens: 0, changed: true, times: Times::all(now), body })
    }

    /// A node that is about to be changed, after [`Loading::keep`]. From here on it counts as the app's.
    pub fn change(&mut self, slot: u32) -> Option<&mut Node<L>> {
        self.change_over_layer(slot).map(|(node, _)| node)
    }

    /// The same, and the layer that some of it still lies in.
    pub fn change_over_layer(&mut self, slot: u32) -> Option<(&mut Node<L>, &L)> {
        let id = self.table.id(slot);
        let node = self.table.get_mut(slot).ok()?;
        self.journal.change(id, node);
        if !node.changed {
            node.changed = true;
            self.nodes = self.nodes.saturating_add(1);
        }
        Some((node, &self.layer))
    }

    /// The entries of a directory that [`Loading::entries`] has prepared, and its node's times and links; see
    /// [`Tree::change`].
    pub fn entries_mut(&mut self, slot: u32) -> Option<(&mut Entries<L::Bytes>, &mut Times, &mut u32)> {
        match self.change(slot) {
            Some(Node { body: Body::Directory(Directory { entries: Some(entries), .. }), times, links, .. }) => {
                Some((entries, times, links))
            }
            _ => None,
        }
    }

    /// Checks that `growth` more owned bytes are allowed.
    ///
    /// # Errors
    /// - [`Error::InsufficientSpace`]: [`Limits::max_bytes`] would be passed.
    pub fn check_bytes(&self, growth: u64) -> Result<(), Error> {
        if growth > self.limits.max_bytes.saturating_sub(self.bytes) { Err(Error::InsufficientSpace) } else { Ok(()) }
    }

    /// Counts owned bytes that came or went.
    pub fn count_bytes(&mut self, before: u64, after: u64) {
        self.bytes = self.bytes.saturating_sub(before).saturating_add(after);
    }

    /// A name of a node is gone, after [`Loading::keep`] if it is one to leave a trace on. Frees the node if nothing
    /// else keeps it.
    pub fn drop_name(&mut self, id: NodeId, now: Timestamp) {
        let Some(slot) = self.table.find(id) else { return };
        if let Some(node) = self.change(slot) {
            node.links = if matches!(node.body, Body::Directory(_)) { 0 } else { node.links.saturating_sub(1) };
            node.times.changed = now;
        }
        self.collect(slot);
    }

    /// Frees the node in a slot if nothing keeps it.
    pub fn collect(&mut self, slot: u32) {
        let Ok(node) = self.table.get(slot) else { return };
        let unused = node.links == 0 || (node.origin.is_some() && !node.changed);
        if node.opens > 0 || !unused {
            return;
        }
        let owned = if let Body::File(file) = &node.body { file.owned() } else { 0 };
        let origin = node.origin;
        if node.changed {
            self.nodes = self.nodes.saturating_sub(1);
        }
        self.journal.let_go(self.table.id(slot));
        self.table.remove(slot);
        if let Some(number) = origin {
            self.layer.release(number);
        }
        self.count_bytes(owned, 0);
    }
}

/// Where a node's state is to be read.
pub(crate) enum Source<'t, L: Layer> {
    Upper(&'t Node<L>),
    Layer(L::Inode),
}

/// Who answers for a directory's entries.
enum Names<'t, L: Layer> {
    Own(&'t Entries<L::Bytes>),
    Layer(L::Inode),
}

/// A copy of a name, made before the first change.
///
/// # Errors
/// - [`Error::InsufficientMemory`]: an allocation failed.
pub(crate) fn owned(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let mut copy = Vec::new();
    copy.try_reserve_exact(bytes.len())?;
    copy.extend_from_slice(bytes);
    Ok(copy)
}
