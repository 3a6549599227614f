//! What names in the image's directories stand for, as far as it was asked before.
//!
//! A search in a directory of the image takes a dozen comparisons; here it is one. The image does not change, so nothing
//! in here grows old. A directory that is copied up is no longer the image's: then everything is forgotten.

use alloc::vec::Vec;
use core::cell::Cell;

use vfs_image::{DirEntry, FileKind, Nid};

use crate::node::NodeId;
use crate::node::directory::Found;
use crate::path::{self, Component};
use crate::{FollowFinalLink, name};

/// Places at first; a power of two, as all sizes are.
const FIRST: usize = 64;
/// Places at most: 160 KiB of a 32-bit memory.
const MOST: usize = 8192;

/// One place for each hash: a name takes that of another.
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

    /// What is at a path that goes down by known names alone.
    pub fn walk(&self, start: NodeId, mut path: &[u8], follow: FollowFinalLink) -> Option<Found> {
        let mut at = start;
        loop {
            let NodeId::Image(directory) = at else { return None };
            let (component, rest) = path::first(path);
            let found = self.get(directory, component)?;
            if rest.is_empty() {
                let must_be_directory = component.text.len() < path.len();
                let ends_here = match found.kind {
                    FileKind::Directory => true,
                    FileKind::SymbolicLink => follow == FollowFinalLink::No && !must_be_directory,
                    _ => !must_be_directory,
                };
                return ends_here.then_some(found);
            }
            if found.kind != FileKind::Directory {
                return None;
            }
            (at, path) = (found.node, rest);
        }
    }

    /// What the name stands for, if that is known.
    #[inline]
    pub fn get(&self, directory: Nid, name: Component<'_>) -> Option<Found> {
        let known = self.place(directory, name.hash)?.get();
        let is_it = u64::from(known.directory) == directory.0 && name::same(known.name, name.text);
        is_it.then(|| Found { node: NodeId::Image(Nid(u64::from(known.node))), kind: known.kind })
    }

    /// Keeps what the image has said. `hash` is the name's, as in [`Component`].
    pub fn insert(&self, directory: Nid, hash: u64, entry: &DirEntry<'i>) {
        let (Ok(directory_number), Ok(node)) = (u32::try_from(directory.0), u32::try_from(entry.nid.0)) else { return };
        let known = Known { directory: directory_number, node, name: entry.name, kind: entry.kind };
        let before = self.place(directory, hash).map(|place| place.replace(known));
        if before.is_none_or(|before| !before.name.is_empty()) {
            self.crowded.set(self.crowded.get() + 1);
        }
    }

    /// Grows if that would help. Where no memory is left, it does not.
    #[inline]
    pub fn make_room(&mut self) {
        if self.crowded.get() > self.places.len() / 2 {
            self.grow();
        }
    }

    #[cold]
    fn grow(&mut self) {
        self.crowded.set(0);
        let size = (self.places.len() * 2).clamp(FIRST, MOST);
        let mut places = Vec::new();
        if size == self.places.len() || places.try_reserve_exact(size).is_err() {
            return;
        }
        places.resize(size, Cell::new(Known::NOTHING));
        let old = core::mem::replace(&mut self.places, places);
        for known in old.iter().map(Cell::get).filter(|known| !known.name.is_empty()) {
            let hash = known.name.iter().copied().fold(name::ROLLING_HASH_START, name::rolling_hash);
            if let Some(place) = self.place(Nid(u64::from(known.directory)), hash) {
                place.set(known);
            }
        }
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.places.iter().for_each(|place| place.set(Known::NOTHING));
    }

    /// Where a name with this hash is if it is anywhere.
    #[inline]
    fn place(&self, directory: Nid, hash: u64) -> Option<&Cell<Known<'i>>> {
        self.places.get(name::spread(hash ^ directory.0 << 24) & self.places.len().wrapping_sub(1))
    }
}
