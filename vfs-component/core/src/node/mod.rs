//! Nodes: data, times and link count. Not names.
//!
//! Who holds a reference on what:
//!
//! - **Nodes** are held by their names (`links`) and by their opens (`opens`). `Tree::collect` frees one that has
//!   neither; and one that has only names if its state is the layer's, since it can be loaded again. Nothing else frees
//!   a node.
//! - **Entries**, that is names, are held by their directory, and each holds its node. A directory's `parent` is a
//!   number that holds nothing: a directory has entries or a name as long as its parent is asked for.
//! - **Slots** of the table are held by the nodes in them. Whoever knows a slot by its number has counted an open, or
//!   is an operation that has loaded the node: its `Loading` lets go what it does not come to change. A slot that waits
//!   for a layer to open a file is the layer's (`Layer::hold`), until the answer comes or the operation is given up.
//! - **Open files** hold their node, and one of `Limits::max_open`, until `Volume::close` takes them. The app's handle
//!   holds the open file. Opened again, or as a stream of contents, it is one more open file.
//! - **Directory streams** hold their directory as an open does. They hold no entry: a position is a sequence number.
//! - **A layer's inodes** are copies and hold nothing. What a layer keeps for a node it may let go when
//!   `Layer::release` says that the node has no slot any more. Bytes that it lends for longer than a call are those
//!   that never change.
//! - **The name cache** is the image layer's and holds nothing: an image's nodes do not go. A copy-up makes it forget
//!   the directory's names.
//! - **The journal** holds no node. Its notes of a node go with the node's slot; a note of a name holds that of its
//!   directory, and of its node where the name was only come along. A mark holds what things were, until it is
//!   released. A `ChangedNode` holds nothing.

pub(crate) mod directory;
mod id;
pub(crate) mod regular_file;
pub(crate) mod symlink;
pub(crate) mod table;

use vfs_image::{FileKind, Timestamp};

use crate::layer::{Layer, LayerInode};

pub(crate) use directory::Directory;
pub(crate) use id::{NodeId, Origin};
pub(crate) use regular_file::RegularFile;
pub(crate) use symlink::Symlink;

/// A node that is open or changed. A node of the layer that is neither has none: it is read where it lies.
pub(crate) struct Node<L: Layer> {
    /// The layer's node that it was born as.
    pub origin: Option<u64>,
    /// Names; for a directory 2 and one for each directory in it, and 0 once it is removed. Also 1 for a directory of
    /// an image that does not count them.
    pub links: u32,
    /// Opens, directory streams included.
    pub opens: u32,
    /// Its state is no longer the layer's, so it must be kept without opens too. Counts as a node of the app.
    pub changed: bool,
    pub times: Times,
    pub body: Body<L>,
}

/// The links of a directory that has one more directory in it, if they are counted.
pub(crate) fn one_more(links: &mut u32) {
    if *links > 1 {
        *links = links.saturating_add(1);
    }
}

/// The links of a directory that has one directory less in it. A damaged image may have counted too few; 0 is for
/// removed ones.
pub(crate) fn one_less(links: &mut u32) {
    if *links > 2 {
        *links -= 1;
    }
}

/// What a node is.
pub(crate) enum Body<L: Layer> {
    File(RegularFile<L::Contents>),
    Directory(Directory<L>),
    Symlink(Symlink<L::Inode>),
    /// A device, pipe or socket of the layer.
    Special(FileKind),
}

impl<L: Layer> Node<L> {
    /// A node of the layer as it is there.
    #[inline(always)]
    pub fn of_layer(inode: &L::Inode, body: Body<L>) -> Self {
        let Stat { links, accessed, modified, changed, .. } = inode.stat();
        let links = u32::try_from(links).unwrap_or(u32::MAX);
        let times = Times { accessed, modified, changed };
        Self { origin: Some(inode.number()), links, opens: 0, changed: false, times, body }
    }

    pub fn kind(&self) -> FileKind {
        match &self.body {
            Body::File(_) => FileKind::RegularFile,
            Body::Directory(_) => FileKind::Directory,
            Body::Symlink(_) => FileKind::SymbolicLink,
            Body::Special(kind) => *kind,
        }
    }

    pub fn stat(&self) -> Stat {
        let size = match &self.body {
            Body::File(file) => file.size(),
            Body::Directory(directory) => directory.size(),
            Body::Symlink(link) => link.size(),
            Body::Special(_) => 0,
        };
        let Times { accessed, modified, changed } = self.times;
        Stat { kind: self.kind(), links: u64::from(self.links), size, accessed, modified, changed }
    }
}

/// A node's three timestamps.
#[derive(Clone, Copy)]
pub(crate) struct Times {
    pub accessed: Timestamp,
    pub modified: Timestamp,
    pub changed: Timestamp,
}

impl Times {
    /// All three the same.
    pub fn all(time: Timestamp) -> Self {
        Self { accessed: time, modified: time, changed: time }
    }

    /// The contents changed.
    pub fn modify(&mut self, now: Timestamp) {
        self.modified = now;
        self.changed = now;
    }
}

/// What is known about a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// What it is.
    pub kind: FileKind,
    /// Number of names. A directory has 2 and one for each directory in it; a removed one 0.
    pub links: u64,
    /// Bytes of a file's contents or of a link's target. Of a directory the image's number, 4096 for a new one.
    pub size: u64,
    /// When it was made, or what was set. Reading does not change it.
    pub accessed: Timestamp,
    /// When the contents last changed, or what was set.
    pub modified: Timestamp,
    /// When anything last changed.
    pub changed: Timestamp,
}
