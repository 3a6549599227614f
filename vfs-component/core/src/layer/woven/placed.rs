//! Names that the layer itself places in directories: of directories on which something is mounted that the image or
//! the filesystem around does not have, and of the directories on the way to them.
//!
//! ```text
//! mounts        work at /project, cache at /project/a/cache
//! filesystem 1  root ──"a" placed──▶ a ──"cache" placed──▶ made 0 ──mounted──▶ filesystem 2, root
//!                 │                  │
//!                 └─ all but "a"     └─ all but "cache": asked of filesystem 1
//! ```
//!
//! A directory has its placed names first, and then those of its own that are not among them. So a placed name hides
//! what has it, and is found without a question.

use alloc::vec::Vec;

use vfs_image::{FileKind, Timestamp};

use super::filesystem;
use crate::layer::{LayerInode, LayerNode};
use crate::limits::MAX_NAME;
use crate::{Error, Stat};

/// The bit of the numbers of directories that have only placed names. The filesystem in such a number is the image's.
const MADE: u64 = 1 << 54;

/// A name that the layer places in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedName {
    /// The directory: of the image, of a mount, or [made](crate::Woven::made).
    pub directory: u64,
    /// The name.
    pub name: Vec<u8>,
    /// The directory with this name: one on the way, whose own names the filesystem of `directory` has, or one that is
    /// [made](crate::Woven::made) and has only placed names, or none and is covered.
    pub node: u64,
    /// Whether its own names cannot be changed: its filesystem would make the changes, and does not have it.
    pub is_read_only: bool,
}

impl PlacedName {
    pub(super) fn layer_node(&self) -> LayerNode {
        LayerNode { number: self.node, kind: FileKind::Directory }
    }
}

/// Returns the number of a directory that has only placed names.
pub(super) const fn made(place: u32) -> u64 {
    MADE | place as u64
}

/// Returns whether a number is that of a directory that has only placed names.
pub(super) const fn is_made(number: u64) -> bool {
    filesystem(number) == 0 && number & MADE != 0
}

/// All placed names, sorted by directory and name.
pub(super) struct PlacedNames(Vec<PlacedName>);

impl PlacedNames {
    /// # Errors
    /// - [`Error::Invalid`]: something cannot be a name, a name or node is placed twice, or a directory on the way is of
    ///   another filesystem than the one it is in.
    pub fn new(mut all: Vec<PlacedName>) -> Result<Self, Error> {
        all.sort_unstable_by(|one, other| one.key().cmp(&other.key()));
        let is_name = |name: &[u8]| {
            !matches!(name, b"" | b"." | b"..")
                && name.len() <= MAX_NAME
                && !name.iter().any(|byte| b"/\0".contains(byte))
        };
        let is_there = |placed: &PlacedName| {
            is_name(&placed.name) && (is_made(placed.node) || filesystem(placed.node) == filesystem(placed.directory))
        };
        let mut nodes: Vec<u64> = all.iter().map(|placed| placed.node).collect();
        nodes.sort_unstable();
        let is_once =
            all.is_sorted_by(|one, other| one.key() < other.key()) && nodes.is_sorted_by(|one, other| one < other);
        if is_once && all.iter().all(is_there) { Ok(Self(all)) } else { Err(Error::Invalid) }
    }

    /// Returns the names in a directory, in order.
    #[inline]
    pub fn within(&self, directory: u64) -> &[PlacedName] {
        if self.0.is_empty() {
            return &[];
        }
        let start = self.0.partition_point(|placed| placed.directory < directory);
        let rest = self.0.get(start..).unwrap_or_default();
        rest.get(..rest.partition_point(|placed| placed.directory == directory)).unwrap_or_default()
    }

    /// Finds a name in a directory.
    #[inline]
    pub fn find(&self, directory: u64, name: &[u8]) -> Option<&PlacedName> {
        find(self.within(directory), name)
    }

    /// Allows changes in a directory.
    pub fn allow_changes(&mut self, node: u64) {
        if let Some(placed) = self.0.iter_mut().find(|placed| placed.node == node) {
            placed.is_read_only = false;
        }
    }

    /// Finds the name of a directory.
    #[inline]
    pub fn of_node(&self, node: u64) -> Option<&PlacedName> {
        self.0.iter().find(|placed| placed.node == node)
    }

    /// Describes a directory that has only placed names.
    ///
    /// # Errors
    /// - [`Error::Io`]: there is none with this number.
    pub fn inode(&self, number: u64, time: Timestamp) -> Result<MadeInode, Error> {
        self.of_node(number).ok_or(Error::Io)?;
        Ok(MadeInode { number, directories: self.within(number).len() as u64, time })
    }
}

impl PlacedName {
    fn key(&self) -> (u64, &[u8]) {
        (self.directory, &self.name)
    }
}

/// Finds a name among those of one directory.
pub(super) fn find<'p>(names: &'p [PlacedName], name: &[u8]) -> Option<&'p PlacedName> {
    let place = names.binary_search_by(|placed| placed.name.as_slice().cmp(name)).ok()?;
    names.get(place)
}

/// A directory that has only placed names.
#[derive(Clone, Copy, Debug)]
pub struct MadeInode {
    number: u64,
    directories: u64,
    time: Timestamp,
}

impl LayerInode for MadeInode {
    fn number(&self) -> u64 {
        self.number
    }

    fn kind(&self) -> FileKind {
        FileKind::Directory
    }

    fn stat(&self) -> Stat {
        let Self { directories, time, .. } = *self;
        Stat {
            kind: FileKind::Directory,
            links: 2 + directories,
            size: 0,
            accessed: time,
            modified: time,
            changed: time,
        }
    }
}
