//! What names in the image's directories stand for, as far as it was asked before.
//!
//! A search in a directory of the image takes a dozen comparisons; here it is one. The image does not change, so nothing
//! in here grows old. A directory that is copied up is no longer the image's: then its names are forgotten.

mod check;

use alloc::vec::Vec;
use core::cell::Cell;

use vfs_image::{DirEntry, FileKind, Nid};

use crate::layer::LayerNode;
use crate::name;
use crate::path::Component;

/// Places at first; a power of two, as all sizes are.
const FIRST: usize = 512;
/// Places at most: 640 KiB of a 32-bit memory.
const MOST: usize = 1 << 15;

/// Two places for each hash, side by side: a name may take that of another.
pub(crate) struct NameCache<'i> {
    places: Vec<Cell<Known<'i>>>,
    /// Names that found no place, or took that of another, since the last growth.
    crowded: Cell<usize>,
}

/// Numbers in 32 bits: what an image in such a memory can have.
#[derive(Clone, Copy)]
struct Known<'i> {
    directory: u32,
    node: u32,
    /// Empty: nothing is known here.
    name: &'i [u8],
    kind: FileKind,
}

impl Known<'_> {
    const NOTHING: Self = Self { directory: 0, node: 0, name: &[], kind: FileKind::Socket };
}

impl<'i> NameCache<'i> {
    pub const fn new() -> Self {
        Self { places: Vec::new(), crowded: Cell::new(0) }
    }

    /// What the name stands for, if that is known.
    #[inline]
    pub fn get(&self, directory: Nid, name: Component<'_>) -> Option<LayerNode> {
        let place = self.place(directory, name.hash);
        [place, place ^ 1].into_iter().find_map(|place| {
            let known = self.places.get(place)?.get();
            let is_it = u64::from(known.directory) == directory.0 && name::same(known.name, name.text);
            is_it.then(|| LayerNode { number: u64::from(known.node), kind: known.kind })
        })
    }

    /// Keeps what the image has said. `hash` is the name's, as in [`Component`].
    pub fn insert(&self, directory: Nid, hash: u64, entry: &DirEntry<'i>) {
        let (Ok(directory_number), Ok(node)) = (u32::try_from(directory.0), u32::try_from(entry.nid.0)) else { return };
        let known = Known { directory: directory_number, node, name: entry.name, kind: entry.kind };
        if !self.put(self.place(directory, hash), known) {
            self.crowded.set(self.crowded.get() + 1);
        }
    }

    /// Whether there was room for it.
    fn put(&self, place: usize, known: Known<'i>) -> bool {
        let (Some(first), Some(second)) = (self.places.get(place), self.places.get(place ^ 1)) else { return false };
        let before = first.replace(known);
        before.name.is_empty() || second.replace(before).name.is_empty()
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
        self.crowded.set(0);
        // A growth loses what collides, so there are to be few.
        let size = (self.places.len() * 4).clamp(FIRST, MOST);
        let mut places = Vec::new();
        if size == self.places.len() || places.try_reserve_exact(size).is_err() {
            return;
        }
        places.resize(size, Cell::new(Known::NOTHING));
        let old = core::mem::replace(&mut self.places, places);
        for known in old.iter().map(Cell::get).filter(|known| !known.name.is_empty()) {
            let hash = known.name.iter().copied().fold(name::ROLLING_HASH_START, name::rolling_hash);
            self.put(self.place(Nid(u64::from(known.directory)), hash), known);
        }
    }

    /// Forgets a name.
    pub fn forget(&self, directory: Nid, name: &[u8]) {
        let place = self.place(directory, name.iter().copied().fold(name::ROLLING_HASH_START, name::rolling_hash));
        for place in [place, place ^ 1] {
            if let Some(place) = self.places.get(place)
                && u64::from(place.get().directory) == directory.0
                && name::same(place.get().name, name)
            {
                place.set(Known::NOTHING);
            }
        }
    }

    /// The first of the two places of a name with this hash. There is none while there are no places.
    #[inline]
    fn place(&self, directory: Nid, hash: u64) -> usize {
        name::spread(hash ^ directory.0 << 24) & self.places.len().wrapping_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_names_of_one_directory_are_forgotten() {
        let mut names = NameCache::new();
        names.grow();
        let entry = |number: u64| DirEntry { name: b"name", nid: Nid(number), kind: FileKind::RegularFile };
        let hash = b"name".iter().copied().fold(name::ROLLING_HASH_START, name::rolling_hash);
        let name = Component { text: b"name", hash };
        for directory in [1, 2, 3] {
            names.insert(Nid(directory), name.hash, &entry(10 + directory));
        }
        names.forget(Nid(2), b"name");
        let node = |directory| names.get(Nid(directory), name).map(|node| node.number);
        assert_eq!([node(1), node(2), node(3)], [Some(11), None, Some(13)]);
    }
}
