//! What names in the image's directories stand for, as far as it was asked before.
//!
//! A search in a directory of the image takes a dozen comparisons; here it is one. The image does not change, so
//! nothing in here grows old. A directory that is copied up is no longer the image's: then its names are forgotten.
//!
//! Names that are not there are not remembered. Their hashes alone would prove nothing, and to compare with the two
//! names between which they would be is more code in every vfs than it is worth: a tenth of the time that look-ups
//! take in a program that asks for missing names again and again, as Node's `require` does.

mod check;

use alloc::vec::Vec;
use core::cell::Cell;

use vfs_image::{DirEntry, FileKind, Nid};

use crate::layer::LayerNode;
use crate::name;
use crate::path::Component;

/// Places at first; a power of two, as all sizes are.
const FIRST: usize = 512;
/// Places at most: 1 MiB of a 32-bit memory. Directories of 20,000 names want that much: where names find no place,
/// it is their searches that cost.
const MOST: usize = 1 << MOST_BITS;
const MOST_BITS: u32 = 16;
/// Bits of a node's number. No image in a 32-bit memory has larger ones.
const NODE_BITS: u32 = 27;
/// Bits of a hash that are kept beside a directory's number.
const TAG_BITS: u32 = 32 - NODE_BITS;
const NODE: u32 = (1 << NODE_BITS) - 1;

/// Two places for each hash, side by side: a name may take that of another. In a large directory all memory that is
/// looked at is memory that is in no cache of the processor: so what is known of a name is small, and of names of the
/// same directory that are beside it only one in 32 is looked at for nothing.
pub(crate) struct NameCache<'i> {
    places: Vec<Cell<Known<'i>>>,
    /// Names that found no place, or took that of another, since the last growth.
    crowded: Cell<usize>,
}

/// 16 bytes in a 32-bit memory.
#[derive(Clone, Copy)]
struct Known<'i> {
    /// The directory's number, and bits of the hash above it.
    key: u32,
    /// The node's number, and its kind above it.
    node: u32,
    /// Empty: nothing is known here.
    name: &'i [u8],
}

/// Kinds by the numbers that they have as values.
const KINDS: [FileKind; 8] = [
    FileKind::RegularFile,
    FileKind::Directory,
    FileKind::SymbolicLink,
    FileKind::CharacterDevice,
    FileKind::BlockDevice,
    FileKind::Fifo,
    FileKind::Socket,
    FileKind::Socket,
];

impl Known<'_> {
    const NOTHING: Self = Self { key: 0, node: 0, name: &[] };

    fn node(&self) -> u64 {
        u64::from(self.node & NODE)
    }

    fn kind(&self) -> FileKind {
        KINDS[(self.node >> NODE_BITS & 7) as usize]
    }
}

impl<'i> NameCache<'i> {
    pub const fn new() -> Self {
        Self { places: Vec::new(), crowded: Cell::new(0) }
    }

    /// What the name stands for, if that is known.
    #[inline]
    pub fn get(&self, directory: Nid, name: Component<'_>) -> Option<LayerNode> {
        let known = self.find(directory, name)?.get();
        Some(LayerNode { number: known.node(), kind: known.kind() })
    }

    fn find(&self, directory: Nid, name: Component<'_>) -> Option<&Cell<Known<'i>>> {
        let (place, key) = self.place(directory, name.hash)?;
        // A loop with one comparison in it: two are large.
        let (mut at, last) = (place, place ^ 1);
        loop {
            let place = self.places.get(at)?;
            if place.get().key == key && name::same(place.get().name, name.text) {
                return Some(place);
            }
            if at == last {
                return None;
            }
            at = last;
        }
    }

    /// Keeps what the image has said. `hash` is the name's, as in [`Component`].
    pub fn insert(&self, directory: Nid, hash: u64, entry: &DirEntry<'i>) {
        if let Some((place, key)) = self.place(directory, hash)
            && entry.nid.0 <= u64::from(NODE)
        {
            let node = entry.nid.0 as u32 | (entry.kind as u32) << NODE_BITS;
            self.put(place, Known { key, node, name: entry.name });
        }
    }

    fn put(&self, place: usize, mut known: Known<'i>) {
        for place in [place, place ^ 1] {
            if let Some(place) = self.places.get(place) {
                known = place.replace(known);
            }
            if known.name.is_empty() {
                return;
            }
        }
        self.crowded.set(self.crowded.get() + 1);
    }

    /// Grows if that would help. Where no memory is left, it does not.
    #[inline]
    pub fn make_room(&mut self) {
        if self.crowded.get() > self.places.len() / 8 {
            self.grow();
        }
    }

    #[cold]
    fn grow(&mut self) {
        // A growth loses what collides, so there are to be few.
        let size = (self.places.len() * 4).clamp(FIRST, MOST);
        let mut places = Vec::new();
        if size != self.places.len() && places.try_reserve_exact(size).is_ok() {
            places.resize(size, Cell::new(Known::NOTHING));
            let old = core::mem::replace(&mut self.places, places);
            for known in old.iter().map(Cell::get).filter(|known| !known.name.is_empty()) {
                if let Some((place, _)) = self.place(Nid(u64::from(known.key & NODE)), hash(known.name)) {
                    self.put(place, known);
                }
            }
        }
        self.crowded.set(0);
    }

    /// Forgets a name.
    pub fn forget(&self, directory: Nid, name: &[u8]) {
        if let Some(place) = self.find(directory, Component { text: name, hash: hash(name) }) {
            place.set(Known::NOTHING);
        }
    }

    /// The first of the two places of a name with this hash, and its key there. While there are no places, it is
    /// outside. `None`: no image in a 32-bit memory has such a directory.
    #[inline]
    fn place(&self, directory: Nid, hash: u64) -> Option<(usize, u32)> {
        if directory.0 > u64::from(NODE) {
            return None;
        }
        let spread = name::spread::<{ MOST_BITS + TAG_BITS }>(hash ^ directory.0 << 24);
        let tag = (spread >> MOST_BITS) as u32;
        Some((spread & self.places.len().wrapping_sub(1), directory.0 as u32 | tag << NODE_BITS))
    }
}

fn hash(name: &[u8]) -> u64 {
    name.iter().copied().fold(name::ROLLING_HASH_START, name::rolling_hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: Component<'_> = Component { text: b"name", hash: 0x123_4567 };

    fn filled(entries: impl IntoIterator<Item = (u64, u64, FileKind)>) -> NameCache<'static> {
        let mut names = NameCache::new();
        names.grow();
        for (directory, node, kind) in entries {
            names.insert(Nid(directory), NAME.hash, &DirEntry { name: NAME.text, nid: Nid(node), kind });
        }
        names
    }

    fn found(names: &NameCache<'_>, directory: u64) -> Option<(u64, FileKind)> {
        names.get(Nid(directory), NAME).map(|found| (found.number, found.kind))
    }

    #[test]
    fn only_the_names_of_one_directory_are_forgotten() {
        let name = Component { text: b"name", hash: hash(b"name") };
        let mut names = NameCache::new();
        names.grow();
        for directory in [1, 2, 3] {
            let entry = DirEntry { name: name.text, nid: Nid(10 + directory), kind: FileKind::RegularFile };
            names.insert(Nid(directory), name.hash, &entry);
        }
        names.forget(Nid(2), b"name");
        let node = |directory| names.get(Nid(directory), name).map(|node| node.number);
        assert_eq!([node(1), node(2), node(3)], [Some(11), None, Some(13)]);
    }

    #[test]
    fn every_kind_is_kept() {
        for kind in KINDS {
            let names = filled([(7, u64::from(NODE), kind)]);
            assert_eq!(found(&names, 7), Some((u64::from(NODE), kind)));
        }
    }

    #[test]
    fn numbers_that_are_too_large_are_not_taken_for_others() {
        let largest = u64::from(NODE);
        let names = filled([(5, largest + 1, FileKind::Directory), (6, 9, FileKind::Directory)]);
        assert_eq!(found(&names, 5), None);
        // Whatever is in the bits above the directory's number.
        for above in 1..1 << 6 {
            assert_eq!(found(&names, 6 + above * (largest + 1)), None);
        }
        let names = filled([(largest + 1, 9, FileKind::Directory)]);
        assert_eq!((0..32).find_map(|above| found(&names, above * (largest + 1))), None);
        let names = filled([(largest, 9, FileKind::Directory)]);
        assert!(found(&names, largest).is_some());
    }
}
