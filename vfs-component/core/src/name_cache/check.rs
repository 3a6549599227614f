//! Checks that remembered names are true.

use core::cell::Cell;

use vfs_image::{FileKind, Nid};

use super::{NODE, NameCache};

impl<'i> NameCache<'i> {
    /// Returns every remembered name: its directory, its text, its node and its kind.
    pub fn known(&self) -> impl Iterator<Item = (Nid, &'i [u8], Nid, FileKind)> {
        let known = self.places.iter().map(Cell::get).filter(|known| !known.name.is_empty());
        known.map(|known| (Nid(u64::from(known.key & NODE)), known.name, Nid(known.node()), known.kind()))
    }
}
