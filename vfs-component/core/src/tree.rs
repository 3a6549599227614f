//! The lazy copy-on-write tree: unchanged nodes are in the layer, changed ones in the table.

mod live;
mod mounts;

use alloc::vec::Vec;

use vfs_image::{FileKind, Timestamp};

use crate::journal::Journal;
use crate::layer::{Effect, Layer, LayerInode, Listed};
use crate::limits::{Limits, MAX_NAME};
#[cfg(doc)]
use crate::loading::Loading;
use crate::node::directory::{Entries, Found, NamesMut};
use crate::node::hidden::HiddenNames;
use crate::node::table::Table;
use crate::node::{Body, Directory, Node, NodeId, Origin, RegularFile, Stat, Symlink, Times};
use crate::path::Component;
use crate::{DescriptorFlags, Error, OpenFile};

/// All files of a volume.
pub(crate) struct Tree<L: Layer, J: Journal> {
    pub layer: L,
    pub journal: J,
    pub table: Table<L>,
    pub root: NodeId,
    /// Whether absolute targets of links are followed from the root.
    #[cfg(feature = "absolute-links")]
    pub absolute_links: bool,
    limits: Limits,
    /// Number of owned bytes of all files.
    bytes: u64,
    /// Number of nodes of the app: made or changed by it.
    nodes: u32,
}

impl<L: Layer, J: Journal> Tree<L, J> {
    /// Makes a tree over a layer.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    /// - Those of [`Layer::root`].
    pub fn new(layer: L, limits: Limits) -> Result<Self, L::Stop> {
        let root = layer.root()?;
        let id = NodeId::layer(root.unwrap_or(0));
        let mut tree = Self {
            layer,
            journal: J::new(id),
            table: Table::new(),
            root: id,
            #[cfg(feature = "absolute-links")]
            absolute_links: false,
            limits,
            bytes: 0,
            nodes: 0,
        };
        if root.is_none() {
            tree.table.reserve()?;
            let body = Body::Directory(Directory::new(None));
            let times = Times::all(Timestamp::default());
            // Nobody can remove the root, and it does not count as a node of the app.
            let slot = tree.table.insert(|| Node { origin: None, links: 2, opens: 0, changed: true, times, body });
            tree.root = tree.table.id(slot);
            tree.journal = J::new(tree.root);
        }
        Ok(tree)
    }

    /// Tells the journal that a walk along a path begins.
    #[inline]
    pub fn begin(&mut self) {
        self.layer.make_room();
        self.journal.begin(&self.table);
    }

    /// Returns the numbers of owned bytes and of nodes of the app.
    pub fn usage(&self) -> (u64, u32) {
        (self.bytes, self.nodes)
    }

    /// Finds the state of a node.
    #[inline]
    pub fn source(&self, id: NodeId) -> Result<Source<'_, L>, L::Stop> {
        if let Some((_, number)) = self.reads_through(id) {
            return Ok(Source::Layer(self.layer.inode(number)?));
        }
        self.known(id)
    }

    /// Finds the state of a node for properties that never change. If the node is open, does not ask the layer again.
    #[inline]
    fn known(&self, id: NodeId) -> Result<Source<'_, L>, L::Stop> {
        match (self.table.find(id), id.origin()) {
            (Some(slot), _) => Ok(Source::Upper(self.table.get(slot)?)),
            (None, Origin::Layer(number)) => Ok(Source::Layer(self.layer.inode(number)?)),
            (None, Origin::Upper(_)) => Err(Error::BadDescriptor.into()),
        }
    }

    /// Finds the entries of a directory: its own, or the layer's.
    #[inline(always)]
    fn directory(&self, id: NodeId) -> Result<Names<'_, L>, L::Stop> {
        match self.known(id)? {
            Source::Upper(Node {
                body: Body::Directory(Directory { entries: Some(entries), lower, hidden, .. }),
                ..
            }) => Ok(match (lower, self.live(id)) {
                (Some(lower), Some((through, _))) => Names::Beside(through, entries, hidden, *lower),
                _ => Names::Own(entries),
            }),
            Source::Upper(Node { body: Body::Directory(Directory { lower: Some(inode), .. }), .. }) => {
                Ok(Names::Layer(*inode))
            }
            Source::Layer(inode) if inode.kind() == FileKind::Directory => Ok(Names::Layer(inode)),
            Source::Upper(_) | Source::Layer(_) => Err(Error::NotDirectory.into()),
        }
    }

    /// Returns the metadata of a node.
    ///
    /// # Errors
    /// - [`Error::Io`]: the layer is damaged.
    pub fn stat(&self, id: NodeId) -> Result<Stat, L::Stop> {
        if let Some((_, number)) = self.reads_through(id) {
            return Ok(self.layer.inode(number)?.stat_now());
        }
        Ok(match self.known(id)? {
            Source::Upper(node) => node.stat(),
            Source::Layer(inode) => inode.stat(),
        })
    }

    /// Finds a name in a directory, if it can be a name.
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
            let found = self.cross(node.into());
            self.journal.pass(directory, name.text, found);
            return Ok(Some(found));
        }
        let mut found = self.search(directory, name);
        if let Ok(Some(found)) = &mut found {
            if L::HAS_MOUNTS {
                *found = self.cross(*found);
            }
            self.journal.pass(directory, name.text, *found);
        }
        found
    }

    /// Out of line, because the layer remembers most names.
    #[inline(never)]
    fn search(&self, directory: NodeId, name: Component<'_>) -> Result<Option<Found>, L::Stop> {
        if name.text.len() > MAX_NAME {
            // A removed directory contains no name, however long.
            return if self.is_removed(directory) { Ok(None) } else { Err(Error::NameTooLong.into()) };
        }
        match self.directory(directory)? {
            Names::Own(entries) => Ok(entries.get(name.text)),
            Names::Layer(inode) => Ok(self.layer.lookup(&inode, name)?.map(Found::from)),
            Names::Beside(_, entries, hidden, inode) => match entries.get(name.text) {
                None if !hidden.contains(name.text) => Ok(self.layer.lookup(&inode, name)?.map(Found::from)),
                found => Ok(found),
            },
        }
    }

    /// Returns the parent of a directory; the root's is itself.
    ///
    /// # Errors
    /// - [`Error::NotDirectory`]: it is not a directory.
    /// - [`Error::Io`]: the layer is damaged.
    pub fn parent(&self, directory: NodeId) -> Result<NodeId, L::Stop> {
        if directory == self.root {
            return Ok(directory);
        }
        if let Some(covered) = self.covered(directory) {
            return self.parent(covered);
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

    /// Returns whether a directory is `below`, or contains `below` at any depth.
    ///
    /// # Errors
    /// - [`Error::Io`]: the layer is damaged; its parents may even form a cycle.
    pub fn is_above(&self, directory: NodeId, below: NodeId) -> Result<bool, L::Stop> {
        // Finds a cycle by Brent's algorithm: compares with a mark that is moved up after 1, 2, 4, 8, ... steps.
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

    /// Returns the target of a symbolic link.
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

    /// Returns the result of a check of a link's target, without the error that it is absolute, which the check finds
    /// last, if such targets are followed.
    #[inline]
    pub fn allow_absolute(&self, checked: Result<(), Error>) -> Result<(), Error> {
        match checked {
            #[cfg(feature = "absolute-links")]
            Err(Error::NotPermitted) if self.absolute_links => Ok(()),
            checked => checked,
        }
    }

    /// Returns the contents of an open file, if it is readable.
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

    /// Returns whether a directory has no entries.
    ///
    /// # Errors
    /// - [`Error::NotDirectory`]: it is not a directory.
    /// - [`Error::Io`]: the layer is damaged.
    pub fn is_empty(&self, directory: NodeId) -> Result<bool, L::Stop> {
        match self.directory(directory)? {
            Names::Own(entries) => Ok(entries.len() == 0),
            Names::Layer(inode) => {
                let pass = match self.live(directory) {
                    // A pass of its own, which ends with the operation.
                    Some((through, _)) => self.layer.open_listing(through)?,
                    None => inode,
                };
                Ok(self.layer.entry_after(&pass, 0)?.is_none())
            }
            Names::Beside(_, entries, ..) if entries.len() > 0 => Ok(false),
            Names::Beside(through, _, hidden, _) => {
                let pass = self.layer.open_listing(through)?;
                // What came before was hidden, or an earlier attempt would have ended.
                let mut cursor = self.layer.asked_last(&pass);
                while let Some(listed) = self.layer.entry_after(&pass, cursor)? {
                    if !hidden.contains(listed.name) {
                        return Ok(false);
                    }
                    cursor = listed.cursor;
                }
                Ok(true)
            }
        }
    }

    /// Calls `act` for each entry of a directory except `.` and `..`, in any order.
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
            Names::Beside(_, entries, hidden, inode) => {
                for item in self.layer.entries(&inode)? {
                    let Listed { name, node, .. } = item?;
                    if !hidden.contains(name.as_ref()) && entries.get(name.as_ref()).is_none() {
                        act(name.as_ref(), node.into())?;
                    }
                }
                entries.all().try_for_each(|(name, found)| act(name, found))?;
            }
        }
        Ok(())
    }

    /// Returns the node's own state, if it exists and has one.
    pub fn present(&self, id: NodeId) -> Option<&Node<L>> {
        let slot = self.table.find(id).filter(|slot| self.table.id(*slot) == id)?;
        self.table.get(slot).ok()
    }

    /// Returns whether a directory was removed and is held only by opens.
    pub fn is_removed(&self, directory: NodeId) -> bool {
        self.table.find(directory).and_then(|slot| self.table.get(slot).ok()).is_some_and(|node| node.links == 0)
    }

    /// Gives a node of the layer a slot, so that it can be opened or changed. The node itself does not change.
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
        self.layer.reserve_user()?;
        // Files are opened most often, so only they are built in place.
        if inode.kind() == FileKind::RegularFile {
            let lower = self.layer.contents(&inode)?;
            self.layer.retain(number);
            return Ok(self.table.insert(|| Node::of_layer(&inode, Body::File(RegularFile::from_layer(lower)))));
        }
        let body = match inode.kind() {
            FileKind::Directory => Body::Directory(Directory::of_layer(inode)),
            FileKind::SymbolicLink => Body::Symlink(Symlink::Layer(inode)),
            special => Body::Special(special),
        };
        self.layer.retain(number);
        Ok(self.table.insert(|| Node::of_layer(&inode, body)))
    }

    /// Takes a slot for a file that the layer is about to open, so that nothing can fail afterwards.
    ///
    /// # Errors
    /// Those of [`Table::reserve`].
    pub fn hold_slot(&mut self) -> Result<(), Error> {
        self.table.reserve()?;
        self.layer.reserve_user()?;
        let slot = self.table.hold();
        self.layer.hold(slot);
        Ok(())
    }

    /// Puts a file that the layer has opened into the slot that was kept for it, or into the one that the node already
    /// has.
    ///
    /// # Errors
    /// - [`Error::Io`]: it is not a file, or no slot was kept. If one was kept, it still is.
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
        self.layer.retain(inode.number());
        self.table.fill(held, || Node::of_layer(inode, Body::File(RegularFile::from_layer(lower))));
        Ok(held)
    }

    /// Releases the slot that was kept for an operation, if there is one. Returns whether there was.
    pub fn drop_held(&mut self) -> bool {
        let held = self.layer.take_held();
        held.into_iter().for_each(|held| self.table.give_back(held));
        held.is_some()
    }

    /// Gives the node of an entry a slot. It must have the entry's kind.
    ///
    /// # Errors
    /// - [`Error::Io`]: it has another kind.
    /// - Those of [`Tree::load`].
    pub fn load_found(&mut self, found: Found) -> Result<u32, L::Stop> {
        let slot = self.load(found.node)?;
        if self.table.get(slot)?.kind() == found.kind {
            return Ok(slot);
        }
        self.collect(slot);
        Err(self.layer.contradiction())
    }

    /// Returns through which layer a node's changes pass, and its number there; `None` if they are kept above the
    /// layer.
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

    /// Returns whether the layer makes the changes of both nodes, so that a name can move from one to the other.
    ///
    /// # Errors
    /// - [`Error::CrossDevice`]: it makes those of only one of them, or they are on two filesystems.
    #[inline]
    pub fn both_pass_through(&self, one: NodeId, other: NodeId) -> Result<Option<(L::Through, u64, u64)>, Error> {
        match (self.passes_through(one), self.passes_through(other)) {
            (None, None) => Ok(None),
            (Some((through, one)), Some((_, other))) if self.layer.filesystem(one) == self.layer.filesystem(other) => {
                Ok(Some((through, one, other)))
            }
            _ => Err(Error::CrossDevice),
        }
    }

    /// # Errors
    /// - [`Error::ReadOnly`]: the layer of the node refuses changes.
    #[inline]
    pub fn check_changeable(&self, id: NodeId) -> Result<(), Error> {
        match id.origin() {
            Origin::Layer(number) if self.layer.is_read_only(number) => Err(Error::ReadOnly),
            Origin::Layer(_) | Origin::Upper(_) => Ok(()),
        }
    }

    /// Checks that the nodes in `slots` can be changed and that `new` nodes, at most one, can be added. A slot that
    /// occurs twice counts once.
    ///
    /// # Errors
    /// - [`Error::ReadOnly`]: the layer of a node refuses changes.
    /// - [`Error::InsufficientSpace`]: there would be more nodes than [`Limits::max_nodes`].
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

    /// Tells the journal which nodes are about to be changed.
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

    /// Returns a node that is about to be changed, after [`Loading::keep`]. From here on it counts as the app's.
    pub fn change(&mut self, slot: u32) -> Option<&mut Node<L>> {
        self.change_over_layer(slot).map(|(node, _)| node)
    }

    /// Returns a node as [`Tree::change`] does, and the layer, which still has some of it.
    pub fn change_over_layer(&mut self, slot: u32) -> Option<(&mut Node<L>, &L)> {
        let id = self.table.id(slot);
        let node = self.table.get_mut(slot).ok()?;
        self.journal.change(id, node);
        if !node.changed {
            node.changed = true;
            self.nodes = self.nodes.saturating_add(1);
            if let Some(number) = node.origin
                && self.layer.is_live(number).is_some()
            {
                self.layer.pin(number);
            }
        }
        Some((node, &self.layer))
    }

    /// Returns the entries of a directory that [`Loading::entries`] has prepared, and its node's times and links; see
    /// [`Tree::change`].
    pub fn entries_mut(&mut self, slot: u32) -> Option<(NamesMut<'_, L>, &mut Times, &mut u32)> {
        match self.change(slot) {
            Some(Node {
                body: Body::Directory(Directory { entries: Some(entries), hidden, .. }),
                times,
                links,
                ..
            }) => Some((NamesMut { entries, hidden: hidden.lend() }, times, links)),
            _ => None,
        }
    }

    /// Checks that `growth` more owned bytes are allowed.
    ///
    /// # Errors
    /// - [`Error::InsufficientSpace`]: there would be more owned bytes than [`Limits::max_bytes`].
    pub fn check_bytes(&self, growth: u64) -> Result<(), Error> {
        if growth > self.limits.max_bytes.saturating_sub(self.bytes) { Err(Error::InsufficientSpace) } else { Ok(()) }
    }

    /// Updates the number of owned bytes.
    pub fn count_bytes(&mut self, before: u64, after: u64) {
        self.bytes = self.bytes.saturating_sub(before).saturating_add(after);
    }

    /// Records that a node lost a name, and frees the node if nothing else holds it. Comes after [`Loading::keep`], if
    /// the node survives.
    pub fn drop_name(&mut self, id: NodeId, now: Timestamp) {
        let Some(slot) = self.table.find(id) else { return };
        if let Some(node) = self.change(slot) {
            node.links = if matches!(node.body, Body::Directory(_)) { 0 } else { node.links.saturating_sub(1) };
            node.times.changed = now;
        }
        self.collect(slot);
    }

    /// Frees the node in a slot if nothing holds it.
    pub fn collect(&mut self, slot: u32) {
        let Ok(node) = self.table.get(slot) else { return };
        let unused = node.links == 0 || (node.origin.is_some() && !node.changed);
        if node.opens > 0 || !unused {
            if L::Hidden::ANY && node.opens == 0 {
                self.close_in_layer(slot);
            }
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

/// The place of a node's state.
pub(crate) enum Source<'t, L: Layer> {
    Upper(&'t Node<L>),
    Layer(L::Inode),
}

/// The place of a directory's entries.
enum Names<'t, L: Layer> {
    Own(&'t Entries<L::Bytes>),
    Layer(L::Inode),
    /// Of a live directory: the tree's own, and the layer's but those that are hidden.
    Beside(L::Through, &'t Entries<L::Bytes>, &'t L::Hidden, L::Inode),
}

/// Copies a name, before the first change.
///
/// # Errors
/// - [`Error::InsufficientMemory`]: an allocation failed.
pub(crate) fn owned(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let mut copy = Vec::new();
    copy.try_reserve_exact(bytes.len())?;
    copy.extend_from_slice(bytes);
    Ok(copy)
}
