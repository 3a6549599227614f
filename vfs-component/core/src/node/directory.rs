//! The state of a directory: the layer's entries, or a list and an index once an entry has changed.

mod check;

use alloc::vec::Vec;

use hashbrown::HashTable;
use vfs_image::FileKind;

use super::NodeId;
use super::hidden::HiddenNames;
use crate::Error;
use crate::layer::{Layer, LayerInode, LayerNode, Listed};
use crate::name::{hash, same};

/// The size that `stat` returns for a directory that the app made, in bytes.
const NEW_DIRECTORY_SIZE: u64 = 4096;
/// Minimum length of a list that is worth compacting.
const COMPACT_FROM: usize = 32;

/// A directory that is open or changed.
pub(crate) struct Directory<L: Layer> {
    /// Its inode in the layer.
    pub lower: Option<L::Inode>,
    /// Its parent. `None`: the one in the layer.
    pub parent: Option<NodeId>,
    /// Its own entries, once they are no longer the layer's. Over a live directory, they are those that the tree has made
    /// or put in the place of others, beside the layer's.
    pub entries: Option<Entries<L::Bytes>>,
    /// The names of a live directory that are not the layer's any more.
    pub hidden: L::Hidden,
}

/// The names of a directory that is being changed.
pub(crate) struct NamesMut<'t, L: Layer> {
    pub entries: &'t mut Entries<L::Bytes>,
    pub hidden: <L::Hidden as HiddenNames>::Lent<'t>,
}

impl<L: Layer> NamesMut<'_, L> {
    /// Adds a name that does not exist yet, after [`Entries::reserve`].
    #[inline(always)]
    pub fn insert(&mut self, name: Vec<u8>, found: Found) {
        self.entries.insert(name, found);
    }

    /// Makes an existing name refer to another node, after [`Entries::reserve`]. The entry keeps its place in the order.
    /// `owned` is the same name, which is taken if it is needed.
    #[inline(always)]
    pub fn replace(&mut self, name: &[u8], owned: &mut Vec<u8>, found: Found) {
        if L::Hidden::ANY && self.entries.get(name).is_none() {
            L::Hidden::hide(&mut self.hidden, name);
            self.entries.insert(core::mem::take(owned), found);
        } else {
            self.entries.replace(name, found);
        }
    }

    /// Removes a name.
    #[inline(always)]
    pub fn remove(&mut self, name: &[u8]) {
        if L::Hidden::ANY {
            L::Hidden::hide(&mut self.hidden, name);
            if self.entries.get(name).is_none() {
                return;
            }
        }
        self.entries.remove(name);
    }
}

impl<L: Layer> Directory<L> {
    /// Makes that of a directory of the layer.
    #[inline(always)]
    pub fn of_layer(inode: L::Inode) -> Self {
        Self { lower: Some(inode), parent: None, entries: None, hidden: L::Hidden::default() }
    }

    /// Makes an empty one, which the app made.
    #[inline(always)]
    pub fn new(parent: Option<NodeId>) -> Self {
        Self { lower: None, parent, entries: Some(Entries::new()), hidden: L::Hidden::default() }
    }

    pub fn size(&self) -> u64 {
        self.lower.map_or(NEW_DIRECTORY_SIZE, |inode| inode.stat().size)
    }
}

/// The node that a name refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub node: NodeId,
    /// The kind in the entry. It is wrong only in a damaged image.
    pub kind: FileKind,
}

impl From<LayerNode> for Found {
    #[inline]
    fn from(LayerNode { number, kind }: LayerNode) -> Self {
        Self { node: NodeId::layer(number), kind }
    }
}

/// The entries of a directory that was copied up or made by the app. `B` is the type of names from the layer.
pub(crate) struct Entries<B> {
    /// Sorted by sequence number, with the removed entries left in place.
    list: Vec<Entry<B>>,
    /// Positions in the list of the existing entries, found by name.
    index: HashTable<u32>,
    /// Sequence number of the next new entry. No number is used twice, so a stream knows what it has returned.
    next_sequence: u64,
}

struct Entry<B> {
    /// The entry's position in the order. For an entry of the layer, it is the cursor that follows the entry there.
    sequence: u64,
    name: Name<B>,
    /// `None`: removed.
    found: Option<Found>,
}

enum Name<B> {
    Layer(B),
    Owned(Vec<u8>),
}

impl<B: AsRef<[u8]>> Name<B> {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Layer(name) => name.as_ref(),
            Self::Owned(name) => name,
        }
    }
}

impl<B: AsRef<[u8]>> Entries<B> {
    /// Makes an empty list.
    pub const fn new() -> Self {
        Self { list: Vec::new(), index: HashTable::new(), next_sequence: 1 }
    }

    /// Copies the entries of a directory of the layer.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    /// - [`Error::Io`]: the directory is damaged.
    pub fn copy_up<L: Layer<Bytes = B>>(layer: &L, directory: &L::Inode) -> Result<Self, L::Stop> {
        let mut entries = Self::new();
        for item in layer.entries(directory)? {
            let Listed { cursor, name, node } = item?;
            // Streams and their positions rely on the order.
            if cursor < entries.next_sequence {
                return Err(Error::Io.into());
            }
            entries.next_sequence = cursor;
            entries.reserve()?;
            entries.push(Name::Layer(name), node.into());
        }
        Ok(entries)
    }

    /// Returns the number of entries.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Returns the names of all existing entries.
    pub fn names(&self) -> impl Iterator<Item = &[u8]> {
        self.list.iter().filter(|entry| entry.found.is_some()).map(|entry| entry.name.bytes())
    }

    #[inline]
    pub fn get(&self, name: &[u8]) -> Option<Found> {
        let place = self.place(name)?;
        self.list.get(place as usize)?.found
    }

    /// Makes sure that the next [`Entries::insert`] needs no memory.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    /// - [`Error::InsufficientSpace`]: the list has its maximum length.
    pub fn reserve(&mut self) -> Result<(), Error> {
        if self.list.len() >= u32::MAX as usize {
            return Err(Error::InsufficientSpace);
        }
        self.list.try_reserve(1)?;
        let Self { list, index, .. } = self;
        index.try_reserve(1, |&place| hash_at(list, place))?;
        Ok(())
    }

    /// Adds a name that does not exist yet, after [`Entries::reserve`].
    pub fn insert(&mut self, name: Vec<u8>, found: Found) {
        self.push(Name::Owned(name), found);
    }

    fn push(&mut self, name: Name<B>, found: Found) {
        let place = self.list.len() as u32;
        let hash = hash(name.bytes());
        self.list.push(Entry { sequence: self.next_sequence, name, found: Some(found) });
        self.next_sequence += 1;
        let Self { list, index, .. } = self;
        index.insert_unique(hash, place, |&place| hash_at(list, place));
    }

    /// Makes an existing name refer to another node. The entry keeps its place in the order.
    pub fn replace(&mut self, name: &[u8], found: Found) {
        if let Some(place) = self.place(name)
            && let Some(entry) = self.list.get_mut(place as usize)
        {
            entry.found = Some(found);
        }
    }

    /// Removes a name.
    pub fn remove(&mut self, name: &[u8]) {
        let Self { list, index, .. } = self;
        let Ok(place) = index.find_entry(hash(name), |&place| has_name(list, place, name)) else { return };
        let (place, _) = place.remove();
        if let Some(entry) = list.get_mut(place as usize) {
            entry.name = Name::Owned(Vec::new());
            entry.found = None;
        }
        while list.last().is_some_and(|entry| entry.found.is_none()) {
            list.pop();
        }
        if list.len() >= COMPACT_FROM && list.len() / 2 > index.len() {
            self.compact();
        }
    }

    /// Drops the removed entries from the list. Needs no memory, because the list only gets shorter.
    fn compact(&mut self) {
        let Self { list, index, .. } = self;
        list.retain(|entry| entry.found.is_some());
        index.clear();
        for (place, entry) in list.iter().enumerate() {
            index.insert_unique(hash(entry.name.bytes()), place as u32, |&place| hash_at(list, place));
        }
    }

    /// Returns the first entry after a sequence number: its index, its sequence number, its name and its node. `guess`
    /// is its probable index.
    pub fn after(&self, sequence: u64, guess: usize) -> Option<(usize, u64, &[u8], Found)> {
        let is_first = |place: usize| {
            self.list.get(place).is_some_and(|entry| entry.sequence > sequence)
                && place
                    .checked_sub(1)
                    .is_none_or(|before| self.list.get(before).is_some_and(|e| e.sequence <= sequence))
        };
        let start = if is_first(guess) { guess } else { self.list.partition_point(|entry| entry.sequence <= sequence) };
        let rest = self.list.get(start..)?;
        rest.iter()
            .enumerate()
            .find_map(|(skipped, entry)| Some((start + skipped, entry.sequence, entry.name.bytes(), entry.found?)))
    }

    #[inline]
    fn place(&self, name: &[u8]) -> Option<u32> {
        self.index.find(hash(name), |&place| has_name(&self.list, place, name)).copied()
    }
}

fn has_name<B: AsRef<[u8]>>(list: &[Entry<B>], place: u32, name: &[u8]) -> bool {
    list.get(place as usize).is_some_and(|entry| same(entry.name.bytes(), name))
}

fn hash_at<B: AsRef<[u8]>>(list: &[Entry<B>], place: u32) -> u64 {
    list.get(place as usize).map_or(0, |entry| hash(entry.name.bytes()))
}
