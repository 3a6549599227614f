//! Nodes: contents, times and link count, but no names.
//!
//! Who holds a reference on what:
//!
//! - **Nodes** are held by their names (`links`) and their opens (`opens`). `Tree::collect` frees a node that has
//!   neither. It also frees a node that has only names if its state is the layer's, because it can be loaded again.
//!   Nothing else frees a node.
//! - **Entries** (names) are held by their directory, and each holds its node. A directory's `parent` is a number that
//!   holds nothing: as long as anything asks for a directory's parent, the directory has entries or a name.
//! - **Slots** of the table are held by the nodes in them. Whoever uses the number of a slot has counted an open, or is
//!   an operation that has loaded the node: its `Loading` releases what the operation does not change in the end. A
//!   slot that waits until a layer has opened a file is held by the layer (`Layer::hold`), until the answer comes or
//!   the operation is given up.
//! - **Open files** hold their node, and one of `Limits::max_open`, until `Volume::close` takes them. The app's handle
//!   holds the open file. A second open of the file, or a stream of its contents, is an open file of its own.
//! - **Directory streams** hold their directory as an open does. They hold no entry: their position is a sequence
//!   number.
//! - **A layer's inodes** are copies and hold nothing. When `Layer::release` tells a layer that a node no longer has a
//!   slot, the layer may release what it keeps for the node. Bytes that it lends for longer than a call never change.
//! - **The name cache** belongs to the image layer and holds nothing, because an image's nodes never go. A copy-up
//!   makes it forget the directory's names.
//! - **The journal** holds no node. Its notes of a node go with the node's slot. A note of a name holds the note of its
//!   directory, and that of its node if the name was only passed by a walk. A mark holds earlier states until it is
//!   released. A `ChangedNode` holds nothing.

pub(crate) mod directory;
pub(crate) mod hidden;
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

/// A node that is open or changed. A node of the layer that is neither is read in place and has no `Node`.
pub(crate) struct Node<L: Layer> {
    /// The number of the layer's node that it came from.
    pub origin: Option<u64>,
    /// Number of names; for a directory, 2 plus the number of directories in it, and 0 once it is removed. It is 1 for
    /// a directory of an image that does not count them.
    pub links: u32,
    /// Number of opens, including directory streams.
    pub opens: u32,
    /// Whether its state differs from the layer's, so that it must be kept without opens too. Then it counts as a node
    /// of the app.
    pub changed: bool,
    pub times: Times,
    pub body: Body<L>,
}

/// Counts one more directory in a directory, if the image counts them.
pub(crate) fn one_more(links: &mut u32) {
    if *links > 1 {
        *links = links.saturating_add(1);
    }
}

/// Counts one less directory in a directory. A damaged image may have counted too few; 0 is reserved for removed
/// directories.
pub(crate) fn one_less(links: &mut u32) {
    if *links > 2 {
        *links -= 1;
    }
}

/// The contents of a node.
pub(crate) enum Body<L: Layer> {
    File(RegularFile<L::Contents>),
    Directory(Directory<L>),
    Symlink(Symlink<L::Inode>),
    /// A device, pipe or socket of the layer.
    Special(FileKind),
}

impl<L: Layer> Node<L> {
    /// Makes a node with the state that it has in the layer.
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
    /// Sets all three to one time.
    pub fn all(time: Timestamp) -> Self {
        Self { accessed: time, modified: time, changed: time }
    }

    /// Records a change of the contents.
    pub fn modify(&mut self, now: Timestamp) {
        self.modified = now;
        self.changed = now;
    }
}

/// Metadata of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// Its kind.
    pub kind: FileKind,
    /// Number of names. A directory has 2 plus the number of directories in it; a removed one has 0.
    pub links: u64,
    /// Length of a file's contents or a link's target, in bytes. For a directory, the number in the image, or 4096 for
    /// a new one.
    pub size: u64,
    /// When the node was made, or what was set. Reading does not change it.
    pub accessed: Timestamp,
    /// When the contents last changed, or what was set.
    pub modified: Timestamp,
    /// When anything last changed.
    pub changed: Timestamp,
}
