//! Remembers the nodes that names in the image's directories refer to, once they were looked up.
//!
//! A search in a directory of the image takes a dozen comparisons; here it takes one. The image does not change, so
//! nothing here becomes stale. When a directory is copied up, it is no longer the image's, and its names are forgotten.
//!
//! Names that do not exist are not remembered. Their hashes alone would prove nothing, and comparing with the two
//! neighbouring names is more code in every vfs than it is worth: it would save a tenth of the time of look-ups in a
//! program that asks for missing names again and again, as Node's `require` does.

mod check;

use alloc::vec::Vec;
use core::cell::Cell;

use vfs_image::{DirEntry, FileKind, Nid};

use crate::layer::LayerNode;
use crate::name;
use crate::path::Component;

/// Initial number of places; a power of two, like all sizes here. Few, because most requests of a server look up few
/// names, and each page that they touch costs.
const FIRST: usize = 32;
/// Largest number of places: 1 MiB of a 32-bit memory. Directories of 20,000 names need that much: names without a
/// place cost a search each.
const MOST: usize = 1 << MOST_BITS;
const MOST_BITS: u32 = 16;
/// Number of places that lie together; a power of two.
const GROUP: usize = 4;
/// Bits of a node's number. No image in a 32-bit memory has larger numbers.
const NODE_BITS: u32 = 27;
const NODE: u32 = (1 << NODE_BITS) - 1;

/// Each hash has a place of its own, and three beside it. A new name takes its own place, and the name that was there
/// moves to the next one. In a large directory, no processor cache holds the memory that is looked at. So entries are
/// small, the four places lie together, and of the other names in them only one in 32 is compared in vain.
pub(crate) struct NameCache<'i> {
    places: Vec<Cell<Known<'i>>>,
    /// Number of names that found no place, or took that of another, since the last growth.
    crowded: Cell<usize>,
}

/// 16 bytes in a 32-bit memory.
#[derive(Clone, Copy)]
struct Known<'i> {
    /// The directory's number, with bits of the hash above it.
    key: u32,
    /// The node's number, with its kind above it.
    node: u32,
    /// Empty: the place is free.
    name: &'i [u8],
}

impl Known<'_> {
    const NOTHING: Self = Self { key: 0, node: 0, name: &[] };

    #[inline]
    fn is(&self, key: u32, name: &[u8]) -> bool {
        self.key == key && name::same(self.name, name)
    }

    fn node(&self) -> u64 {
        u64::from(self.node & NODE)
    }

    fn kind(&self) -> FileKind {
        // In the order of the enum, so that the compiler needs no table.
        match self.node >> NODE_BITS & 7 {
            0 => FileKind::RegularFile,
            1 => FileKind::Directory,
            2 => FileKind::SymbolicLink,
            3 => FileKind::CharacterDevice,
            4 => FileKind::BlockDevice,
            5 => FileKind::Fifo,
            _ => FileKind::Socket,
        }
    }
}

impl<'i> NameCache<'i> {
    pub const fn new() -> Self {
        Self { places: Vec::new(), crowded: Cell::new(0) }
    }

    /// Returns the node that the name refers to, if it is remembered.
    #[inline]
    pub fn get(&self, directory: Nid, name: Component<'_>) -> Option<LayerNode> {
        let (place, key) = self.place(directory, name.hash)?;
        let known = self.places.get(place)?.get();
        let known = if known.is(key, name.text) { known } else { self.find(place, key, name.text)?.get() };
        Some(LayerNode { number: known.node(), kind: known.kind() })
    }

    /// Searches all places of a group, and moves a name that it finds to its own place: otherwise a directory that many
    /// paths lead through would stay where newer names pushed it. Out of line, because most names are in their own
    /// place.
    #[inline(never)]
    fn find(&self, place: usize, key: u32, name: &[u8]) -> Option<&Cell<Known<'i>>> {
        let own = self.places.get(place)?;
        let mut at = place;
        loop {
            at = next_in_group(at);
            let known = self.places.get(at)?;
            if known.get().is(key, name) {
                known.set(own.replace(known.get()));
                return Some(own);
            }
            if at == place {
                return None;
            }
        }
    }

    /// Remembers what the image answered. `hash` is the name's, as in [`Component`].
    pub fn insert(&self, directory: Nid, hash: u64, entry: &DirEntry<'i>) {
        if let Some((place, key)) = self.place(directory, hash)
            && entry.nid.0 <= u64::from(NODE)
        {
            let node = entry.nid.0 as u32 | (entry.kind as u32) << NODE_BITS;
            self.put(place, Known { key, node, name: entry.name });
        }
    }

    fn put(&self, place: usize, mut known: Known<'i>) {
        let mut at = place;
        loop {
            if let Some(place) = self.places.get(at) {
                known = place.replace(known);
            }
            if known.name.is_empty() {
                return;
            }
            at = next_in_group(at);
            if at == place {
                break;
            }
        }
        self.crowded.set(self.crowded.get() + 1);
    }

    /// Grows if that would help and there is memory.
    #[inline]
    pub fn make_room(&mut self) {
        if self.crowded.get() > self.places.len() / 32 {
            self.grow();
        }
    }

    #[cold]
    fn grow(&mut self) {
        // Growing loses names that collide, so it should happen rarely.
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
        if let Some((place, key)) = self.place(directory, hash(name))
            && let Some(place) = self.find(place, key, name)
        {
            place.set(Known::NOTHING);
        }
    }

    /// Returns the place of a name with this hash, and its key there. If there are no places, the result is out of
    /// range. `None`: no image in a 32-bit memory has such a directory.
    #[inline]
    fn place(&self, directory: Nid, hash: u64) -> Option<(usize, u32)> {
        if directory.0 > u64::from(NODE) {
            return None;
        }
        let place = name::spread::<MOST_BITS>(hash ^ directory.0 << 24) & self.places.len().wrapping_sub(1);
        Some((place, directory.0 as u32 | (hash as u32) << NODE_BITS))
    }
}

/// Returns the next place in a group; after the last comes the first. Loops over a group end where they began, because
/// compilers unroll loops that count, which takes room in every vfs.
fn next_in_group(place: usize) -> usize {
    place & !(GROUP - 1) | (place + 1) & (GROUP - 1)
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
    fn a_name_that_was_pushed_away_has_its_own_place_again_when_it_is_found() {
        let entry = |text: &'static str| DirEntry { name: text.as_bytes(), nid: Nid(9), kind: FileKind::RegularFile };
        let mut names = NameCache::new();
        names.grow();
        for text in ["first", "second", "third"] {
            names.insert(Nid(7), NAME.hash, &entry(text));
        }
        let (own, _) = names.place(Nid(7), NAME.hash).unwrap();
        for text in ["first", "third", "second", "first"] {
            assert!(names.get(Nid(7), Component { text: text.as_bytes(), hash: NAME.hash }).is_some());
            assert_eq!(names.places[own].get().name, text.as_bytes());
        }
    }

    /// Tests numbered names, whose hashes are less random than most.
    #[test]
    fn nearly_all_names_of_a_large_directory_find_a_place() {
        let names: Vec<_> = (0..20_000_u32).map(|number| alloc::format!("file-{number}.txt")).collect();
        let mut cache = NameCache::new();
        let mut count_known = || {
            let mut known = 0;
            for name in &names {
                let name = Component { text: name.as_bytes(), hash: hash(name.as_bytes()) };
                cache.make_room();
                match cache.get(Nid(7), name) {
                    Some(_) => known += 1,
                    None => cache.insert(
                        Nid(7),
                        name.hash,
                        &DirEntry { name: name.text, nid: Nid(9), kind: FileKind::RegularFile },
                    ),
                }
            }
            known
        };
        count_known();
        count_known();
        assert!(count_known() > 19_000);
    }

    #[test]
    fn every_kind_is_kept() {
        use FileKind::*;
        for kind in [RegularFile, Directory, SymbolicLink, CharacterDevice, BlockDevice, Fifo, Socket] {
            let names = filled([(7, u64::from(NODE), kind)]);
            assert_eq!(found(&names, 7), Some((u64::from(NODE), kind)));
        }
    }

    #[test]
    fn numbers_that_are_too_large_are_not_taken_for_others() {
        let largest = u64::from(NODE);
        let names = filled([(5, largest + 1, FileKind::Directory), (6, 9, FileKind::Directory)]);
        assert_eq!(found(&names, 5), None);
        // Any bits above the directory's number.
        for above in 1..1 << 6 {
            assert_eq!(found(&names, 6 + above * (largest + 1)), None);
        }
        let names = filled([(largest + 1, 9, FileKind::Directory)]);
        assert_eq!((0..32).find_map(|above| found(&names, above * (largest + 1))), None);
        let names = filled([(largest, 9, FileKind::Directory)]);
        assert!(found(&names, largest).is_some());
    }
}
