//! What is known, to be compared with what is.

use core::cell::Cell;

use vfs_image::{FileKind, Nid};

use super::{NODE, NameCache};

impl<'i> NameCache<'i> {
    /// Every known name: its directory, itself, its node and its kind.
    pub fn known(&self) -> impl Iterator<Item = (Nid, &'i [u8], Nid, FileKind)> {
        let known = self.places.iter().map(Cell::get).filter(|known| !known.name.is_empty());
        known.map(|known| (Nid(u64::from(known.key & NODE)), known.name, Nid(known.node()), known.kind()))
    }
}
