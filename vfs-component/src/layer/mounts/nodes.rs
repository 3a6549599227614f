//! Nodes of the host that the tree or an operation knows of.
//!
//! ```text
//! pins     what the tree has changed, whose names stay
//! objects  what is one and the same at the host
//! ```
//!
//! A node is a name in another node, or has a descriptor of the host; usually it is the former until it is opened.
//!
//! Where the host makes the changes, it also knows what is one and the same: each open has a number of its own. Where
//! changes are kept above the host, a node has one number under all its names as long as anything uses it: it is found
//! by its name, and by its object if it has several. Once the tree has changed a node, that is pinned, with the directories
//! that it is in: the names that lead to them do so whatever others put there, and are in listings.

mod objects;
mod pins;

use core::cell::RefCell;

use hashbrown::HashTable;
use vfs_core::settings::MountAccess;
use vfs_core::{Error, FileKind, FollowFinalLink, Stat, Woven};
use vfs_image::{Image, Nid};

use crate::host::at::At;
use crate::host::filesystem::{self, Listing};
use crate::local;

pub use pins::{OpenByName, PinnedName};

/// Bits of a slot's number in a node's number. The generation comes above them, and the filesystem above both.
const SLOT_BITS: u32 = 24;
const SLOTS: usize = 1 << SLOT_BITS;
/// Bits of the generation.
const GENERATION: u64 = (1 << 31) - 1;

/// Bits of a number that tell the nodes of one filesystem apart.
pub const WITHIN: u64 = (1 << 55) - 1;

/// The nodes of all mounts. The roots come first, in the order of the mounts, and stay.
pub struct Nodes {
    slots: Vec<Slot>,
    free: Vec<u32>,
    /// Nodes by their names, where changes are kept above.
    named: HashTable<u64>,
    /// Nodes by their objects, where changes are kept above. A node for each filesystem that has the object.
    objects: HashTable<(u64, u64)>,
    /// Files that are open, where changes are kept above.
    files: HashTable<u64>,
    /// Number of those that have no name, because the host followed the path to them.
    nameless: usize,
    /// Number of nodes that were pinned so far.
    pinned: u64,
    /// The image, if a mount is united with it.
    pub image: Option<Image<'static>>,
}

struct Slot {
    generation: u64,
    node: Option<Node>,
}

/// A node of the host.
pub struct Node {
    /// The filesystem of its mount.
    filesystem: u8,
    /// The number of the directory it was found in; the root's is its own.
    pub parent: u64,
    /// Its name there. Empty if it is a root.
    name: Box<[u8]>,
    /// The host's handle, if it is open.
    pub descriptor: Option<u32>,
    /// A pass over its entries.
    pub pass: Option<Pass>,
    /// What was last told of it.
    pub stat: Stat,
    /// What the app may do in its mount.
    access: MountAccess,
    /// Whether changes are kept above the host.
    pub is_kept_above: bool,
    /// The number of its pin, of which each is larger than those before; 0: it is not pinned.
    pinned: u64,
    /// Whether the tree has changed it, and not only something in it.
    is_changed: bool,
    /// The pins and numbers of nodes in it that were pinned by their names.
    pinned_children: Vec<(u64, u64)>,
    /// What tells it from all other nodes of the host, if that was asked.
    pub object: Option<u64>,
    /// How many nodes before it had the same object, which the host has given again.
    generation: u64,
    /// Number of nodes whose parent it is.
    children: u32,
    /// Whether nothing but its children uses it.
    pub is_released: bool,
    /// What of the image it is, or is united with if it is a directory; see `union.rs`.
    pub image: Option<Nid>,
    /// Whether the host has it.
    pub has_host: bool,
    /// In a pass over a united directory: names of the image that the host has told, in order.
    pub seen: Vec<Box<[u8]>>,
    /// If it is a pass: the number of nodes that were pinned when that began.
    begun_at: Option<u64>,
    /// In a pass: the pins of nodes that it has told.
    told: HashTable<u64>,
    /// Number of operations that were told of it and wait.
    #[cfg(feature = "mounts3")]
    waiting: u32,
}

/// A pass over a directory's entries.
#[derive(Clone, Copy)]
pub struct Pass {
    /// The host's.
    pub listing: Listing,
    /// Number of entries that it has given.
    pub given: u64,
    /// How it has ended, if the host has said so.
    pub end: Option<Result<(), Error>>,
}

thread_local! {
    static NODES: RefCell<Nodes> = const {
        RefCell::new(Nodes {
            slots: Vec::new(),
            free: Vec::new(),
            named: HashTable::new(),
            objects: HashTable::new(),
            files: HashTable::new(),
            nameless: 0,
            pinned: 0,
            image: None,
        })
    };
}

/// Does something with the nodes. The host may be called meanwhile: it calls nothing back that needs them.
pub fn with<T>(act: impl FnOnce(&mut Nodes) -> T) -> T {
    local::with(&NODES, act)
}

impl Node {
    /// Returns whether the tree has changed it, or something in it.
    pub fn is_pinned(&self) -> bool {
        self.pinned > 0
    }

    /// Returns whether the tree has changed it, so that it is what the tree says.
    pub fn is_changed(&self) -> bool {
        self.is_changed
    }

    /// Returns whether its object may be that of another node: the host can give it again after it has removed the file.
    fn may_share_object(&self) -> bool {
        self.is_pinned() && self.descriptor.is_none() && self.stat.links <= 1
    }
}

impl Nodes {
    /// Adds the root of a filesystem. Without a descriptor, it is an empty directory.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    pub fn add_root(
        &mut self,
        filesystem: u8,
        descriptor: Option<u32>,
        stat: Stat,
        access: MountAccess,
        is_kept_above: bool,
    ) -> Result<u64, Error> {
        let place = Place { filesystem, parent: 0, name: &[], access, is_kept_above };
        let number = self.insert(place, descriptor, stat)?;
        self.get_mut(number)?.parent = number;
        Ok(number)
    }

    /// Adds a directory of a filesystem that stays as its root does.
    ///
    /// # Errors
    /// Those of [`Nodes::add_root`].
    pub fn add_root_inside(&mut self, directory: u64, descriptor: Option<u32>, stat: Stat) -> Result<u64, Error> {
        let Node { filesystem, access, is_kept_above, .. } = *self.get(directory)?;
        self.add_root(filesystem, descriptor, stat, access, is_kept_above)
    }

    /// Unites a root with a directory of the image.
    ///
    /// # Errors
    /// - [`Error::BadDescriptor`]: there is no such node.
    pub fn unite(&mut self, number: u64, image: Image<'static>, directory: Nid) -> Result<(), Error> {
        self.image = Some(image);
        let node = self.get_mut(number)?;
        (node.image, node.has_host) = (Some(directory), node.descriptor.is_some());
        Ok(())
    }

    /// Returns whether a node is a root.
    pub fn is_root(&self, number: u64) -> bool {
        self.get(number).is_ok_and(|node| node.parent == number)
    }

    /// Returns whether a handle of the host is that of a root.
    #[cfg(feature = "mounts3")]
    pub fn is_of_root(&self, descriptor: u32) -> bool {
        let mut nodes = self.slots.iter().filter_map(|slot| slot.node.as_ref());
        nodes.any(|node| node.descriptor == Some(descriptor))
    }

    /// Adds a node that was found by its name.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    pub fn add(&mut self, parent: u64, name: &[u8], descriptor: Option<u32>, stat: Stat) -> Result<u64, Error> {
        let Node { filesystem, access, is_kept_above, .. } = *self.get(parent)?;
        if is_kept_above {
            let Self { slots, named, .. } = self;
            named.try_reserve(1, |number| hash_of(slots, *number))?;
        }
        let number = self.insert(Place { filesystem, parent, name, access, is_kept_above }, descriptor, stat)?;
        let parent = self.get_mut(parent)?;
        parent.children = parent.children.saturating_add(1);
        if is_kept_above {
            self.name(number);
        }
        Ok(number)
    }

    /// Returns the node that a name in a directory leads to, where changes are kept above.
    pub fn named(&self, directory: u64, name: &[u8]) -> Option<u64> {
        let is_it = |number: &u64| {
            find(&self.slots, *number).is_some_and(|node| node.parent == directory && *node.name == *name)
        };
        self.named.find(hash(directory, name), is_it).copied()
    }

    /// Makes the name of a node lead to it. There must be room for one more.
    fn name(&mut self, number: u64) {
        let Self { slots, named, .. } = self;
        let Some(Node { parent, name, .. }) = find(slots, number) else { return };
        if name.is_empty() {
            return;
        }
        let is_it = |other: &u64| find(slots, *other).is_some_and(|node| node.parent == *parent && node.name == *name);
        match named.find_mut(hash(*parent, name), is_it) {
            Some(known) => *known = number,
            None => drop(named.insert_unique(hash(*parent, name), number, |number| hash_of(slots, *number))),
        }
    }

    /// Forgets that its name leads to a node.
    pub fn unname(&mut self, number: u64) {
        let Self { slots, named, .. } = self;
        let hash = hash_of(slots, number);
        if let Ok(entry) = named.find_entry(hash, |other| *other == number) {
            entry.remove();
        }
    }

    /// Returns whether a file is open, where changes are kept above.
    pub fn has_open_files(&self) -> bool {
        !self.files.is_empty()
    }

    /// Returns whether a file is open to which no name leads.
    #[cfg(not(feature = "mounts3"))]
    pub fn has_nameless(&self) -> bool {
        self.nameless > 0
    }

    /// Returns an open file whose object is not known.
    pub fn unidentified(&self) -> Option<(u64, u32)> {
        let open = self.files.iter().filter_map(|number| Some((*number, find(&self.slots, *number)?)));
        let mut unknown = open.filter(|(_, node)| node.object.is_none());
        unknown.find_map(|(number, node)| Some((number, node.descriptor?)))
    }

    /// Adds a file that the host has opened by a path, where changes are kept above.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    #[cfg(not(feature = "mounts3"))]
    pub fn add_nameless(&mut self, from: u64, descriptor: u32, stat: Stat, object: Option<u64>) -> Result<u64, Error> {
        self.reserve_open()?;
        let number = self.add(from, &[], None, stat)?;
        self.set_open(number, descriptor, object)?;
        Ok(number)
    }

    /// Gives an open file the name that was found to lead to it, if it had none, or others have renamed it.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    pub fn adopt(&mut self, number: u64, directory: u64, name: &[u8]) -> Result<(), Error> {
        let node = self.get(number)?;
        let is_nameless = node.name.is_empty();
        if !is_nameless && (node.stat.links > 1 || self.is_pinned_by_name(number)) {
            return Ok(());
        }
        let (before, name) = (node.parent, copy(name)?);
        let Self { slots, named, .. } = self;
        named.try_reserve(1, |number| hash_of(slots, *number))?;
        self.unname(number);
        let parent = self.get_mut(directory)?;
        parent.children = parent.children.saturating_add(1);
        let node = self.get_mut(number)?;
        (node.parent, node.name) = (directory, name);
        self.nameless -= usize::from(is_nameless);
        self.name(number);
        self.lose_child(before);
        if self.get(number)?.is_pinned() {
            self.pin(number);
        }
        Ok(())
    }

    /// Makes sure that the next [`Nodes::set_open`] needs no memory.
    fn reserve_open(&mut self) -> Result<(), Error> {
        self.files.try_reserve(1, |number| spread(*number))?;
        Ok(self.objects.try_reserve(1, |(object, _)| *object)?)
    }

    /// Notes what the host has open of a node, and its object if that is known. Does nothing if it fails.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    pub fn set_open(&mut self, number: u64, descriptor: u32, object: Option<u64>) -> Result<(), Error> {
        self.reserve_open()?;
        if let Some(object) = object {
            self.set_object(number, object)?;
        }
        let node = self.get_mut(number)?;
        node.descriptor = Some(descriptor);
        if node.is_kept_above && node.stat.kind == FileKind::RegularFile {
            let is_nameless = node.name.is_empty();
            self.files.insert_unique(spread(number), number, |number| spread(*number));
            self.nameless += usize::from(is_nameless);
        }
        Ok(())
    }

    /// Forgets that a file is open.
    fn forget_open(&mut self, number: u64) {
        let Ok(entry) = self.files.find_entry(spread(number), |known| *known == number) else { return };
        entry.remove();
        if find(&self.slots, number).is_some_and(|node| node.name.is_empty()) {
            self.nameless -= 1;
        }
    }

    /// Adds what was opened of a node that was found by its name.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    pub fn add_opened(&mut self, of: u64, descriptor: u32) -> Result<u64, Error> {
        let Node { parent, name, stat, .. } = self.get(of)?;
        let (parent, stat, name) = (*parent, *stat, copy(name)?);
        self.add(parent, &name, Some(descriptor), stat)
    }

    fn insert(&mut self, place: Place<'_>, descriptor: Option<u32>, stat: Stat) -> Result<u64, Error> {
        let Place { filesystem, parent, name, access, is_kept_above } = place;
        let name = copy(name)?;
        let slot = match self.free.pop() {
            Some(slot) => slot,
            None if self.slots.len() < SLOTS => {
                self.slots.try_reserve(1)?;
                // So that its release needs no memory.
                self.free.try_reserve(self.slots.len() + 1)?;
                self.slots.push(Slot { generation: 0, node: None });
                (self.slots.len() - 1) as u32
            }
            None => return Err(Error::InsufficientMemory),
        };
        let Some(Slot { generation, node }) = self.slots.get_mut(slot as usize) else { return Err(Error::Io) };
        *node = Some(Node {
            filesystem,
            parent,
            name,
            descriptor,
            pass: None,
            stat,
            access,
            is_kept_above,
            pinned: 0,
            is_changed: false,
            pinned_children: Vec::new(),
            object: None,
            generation: 0,
            children: 0,
            is_released: false,
            image: None,
            has_host: true,
            seen: Vec::new(),
            begun_at: None,
            told: HashTable::new(),
            #[cfg(feature = "mounts3")]
            waiting: 0,
        });
        Ok(Woven::number(filesystem, *generation << SLOT_BITS | u64::from(slot)))
    }

    /// Returns a node.
    ///
    /// # Errors
    /// - [`Error::BadDescriptor`]: there is none with this number any more.
    pub fn get(&self, number: u64) -> Result<&Node, Error> {
        find(&self.slots, number).ok_or(Error::BadDescriptor)
    }

    /// Returns a node, as [`Nodes::get`] does.
    ///
    /// # Errors
    /// - [`Error::BadDescriptor`]: there is none with this number any more.
    pub fn get_mut(&mut self, number: u64) -> Result<&mut Node, Error> {
        let slot = self.slots.get_mut(place(number)).filter(|slot| slot.generation == generation(number));
        slot.and_then(|slot| slot.node.as_mut()).ok_or(Error::BadDescriptor)
    }

    /// Finds how the host reaches a node: from the nearest open directory, by a path that is put into `path`.
    ///
    /// # Errors
    /// - [`Error::NoEntry`]: the host does not have it, or not the directory that it is in.
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    pub fn reach<'p>(&self, number: u64, path: &'p mut Vec<u8>) -> Result<At<'p>, Error> {
        self.reach_name(number, &[], path)
    }

    /// Finds how the host reaches a name in a directory.
    ///
    /// # Errors
    /// Those of [`Nodes::reach`].
    pub fn reach_name<'p>(&self, directory: u64, name: &[u8], path: &'p mut Vec<u8>) -> Result<At<'p>, Error> {
        // From the end to the start, as the names come.
        path.clear();
        let (mut at, mut name) = (directory, name);
        let base = loop {
            if !name.is_empty() {
                path.try_reserve(name.len() + 1)?;
                if !path.is_empty() {
                    path.push(b'/');
                }
                path.extend(name.iter().rev());
            }
            let node = self.get(at)?;
            if let Some(descriptor) = node.descriptor {
                break descriptor;
            }
            if node.parent == at || !node.has_host {
                return Err(Error::NoEntry);
            }
            (at, name) = (node.parent, &node.name);
        };
        path.reverse();
        if path.is_empty() {
            path.try_reserve(1)?;
            path.push(b'.');
        }
        Ok(At { base, path, follow: FollowFinalLink::No })
    }

    /// Releases a node, and whatever is kept only for it.
    pub fn release(&mut self, number: u64) {
        let Ok(node) = self.get_mut(number) else { return };
        // Roots stay.
        if node.parent == number {
            return;
        }
        // It is released again when the last operation ends that was told of it.
        #[cfg(feature = "mounts3")]
        if node.waiting > 0 {
            return;
        }
        node.is_released = true;
        if node.children == 0 {
            let parent = node.parent;
            self.remove(number);
            self.lose_child(parent);
        }
    }

    /// Notes that an operation waits which was told of a node.
    #[cfg(feature = "mounts3")]
    pub fn hold(&mut self, number: u64) {
        if let Ok(node) = self.get_mut(number) {
            node.waiting += 1;
        }
    }

    /// Undoes one call of [`Nodes::hold`].
    #[cfg(feature = "mounts3")]
    pub fn let_go(&mut self, number: u64) {
        if let Ok(node) = self.get_mut(number) {
            node.waiting = node.waiting.saturating_sub(1);
        }
    }

    /// Counts one node less in a directory, and removes what was kept only for that.
    fn lose_child(&mut self, directory: u64) {
        let mut at = directory;
        while let Ok(node) = self.get_mut(at) {
            node.children = node.children.saturating_sub(1);
            let parent = node.parent;
            if parent == at || !node.is_released || node.children > 0 {
                return;
            }
            self.remove(at);
            at = parent;
        }
    }

    /// Closes a node, of which nothing is needed any more but its object.
    pub fn close(&mut self, number: u64) {
        let Ok(node) = self.get(number) else { return };
        // Roots stay open: all others are reached from them. A file with other names does, too: they lead to it by its
        // object, which the host gives to no other file as long as this one is open.
        let has_other_names = node.stat.links > 1 || node.name.is_empty();
        if node.parent == number || (node.stat.kind != FileKind::Directory && has_other_names) {
            return;
        }
        self.forget_open(number);
        if let Ok(node) = self.get_mut(number)
            && let Some(descriptor) = node.descriptor.take()
        {
            filesystem::drop_descriptor(descriptor);
        }
    }

    fn remove(&mut self, number: u64) {
        self.unname(number);
        self.forget_object(number);
        self.forget_open(number);
        self.forget_pinned(number);
        let Some(slot) = self.slots.get_mut(place(number)) else { return };
        let Some(node) = slot.node.take() else { return };
        if let Some(Pass { listing, .. }) = node.pass {
            filesystem::drop_listing(listing);
        }
        if let Some(descriptor) = node.descriptor {
            filesystem::drop_descriptor(descriptor);
        }
        // A slot whose generations are used up is not used again.
        if slot.generation < GENERATION {
            slot.generation += 1;
            self.free.push(place(number) as u32);
        }
    }
}

/// Where a node is.
struct Place<'n> {
    filesystem: u8,
    parent: u64,
    name: &'n [u8],
    access: MountAccess,
    is_kept_above: bool,
}

/// Returns the node with a number.
fn find(slots: &[Slot], number: u64) -> Option<&Node> {
    slots.get(place(number)).filter(|slot| slot.generation == generation(number))?.node.as_ref()
}

/// Returns the hash of a node's name.
fn hash_of(slots: &[Slot], number: u64) -> u64 {
    find(slots, number).map_or(0, |node| hash(node.parent, &node.name))
}

/// Returns the hash of a name in a directory.
fn hash(directory: u64, name: &[u8]) -> u64 {
    let start = directory.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    // FNV-1a.
    name.iter().fold(start, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Returns the hash of a node's number.
fn spread(number: u64) -> u64 {
    number.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// Returns the bits of a number that tell its filesystem.
pub fn filesystem_of(number: u64) -> u64 {
    number & !WITHIN
}

fn place(number: u64) -> usize {
    number as usize & (SLOTS - 1)
}

fn generation(number: u64) -> u64 {
    number >> SLOT_BITS & GENERATION
}

fn copy(name: &[u8]) -> Result<Box<[u8]>, Error> {
    let mut copy = Vec::new();
    copy.try_reserve_exact(name.len())?;
    copy.extend_from_slice(name);
    Ok(copy.into_boxed_slice())
}
