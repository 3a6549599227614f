//! Layers: the files that exist below a tree before anything is changed.
//!
//! The tree asks its [`Layer`] for whatever it does not hold itself. It never calls a host: a layer without an answer
//! *stops* the operation with its [`Layer::Stop`]. An image has every answer, so it stops only with an [`Error`].

mod effect;
mod image;
mod image_extents;
pub mod late;
mod woven;

use alloc::string::String;
use alloc::vec::Vec;

use vfs_image::{FileKind, Timestamp};

use crate::node::hidden::HiddenNames;
use crate::path::Component;
use crate::{DescriptorFlags, Error, Stat};

pub use effect::{Effect, Performed};
pub use image::ImageLayer;
pub use image_extents::ImageExtents;
pub use woven::{Mount, PlacedName, Woven, WovenBytes, WovenContents, WovenInode};

/// A source of files below a tree: look-ups of names, listings with cursors, `stat`, `read_link` and reads.
///
/// Nodes have numbers below 2^63, which do not change while the tree uses them. A directory has one name, a file as
/// many names as links.
pub trait Layer {
    /// The reason why an operation stops. An operation that stopped has changed nothing and may run again.
    type Stop: From<Error> + PartialEq;
    /// What the layer knows of a node.
    type Inode: LayerInode;
    /// Names of a directory that the tree hides where it has changed one that others may change too; `()` if there is no
    /// such directory.
    type Hidden: HiddenNames;
    /// Bytes that outlive the call that returned them: lent where they never change, copied elsewhere.
    type Bytes: AsRef<[u8]>;
    /// What the layer keeps of an open file.
    type Contents: Contents;
    /// A node whose changes pass through. If there are no such nodes, a type without values, so that no code is
    /// compiled for them.
    type Through: Copy;

    /// Returns the number of the root directory. `None`: the layer is empty, and the tree begins with a directory of
    /// its own.
    ///
    /// # Errors
    /// - [`Error::Io`]: the root is damaged or not a directory.
    fn root(&self) -> Result<Option<u64>, Self::Stop>;

    /// Returns the time from which a filesystem without a clock counts up.
    fn build_time(&self) -> Timestamp;

    /// Reads a node.
    ///
    /// # Errors
    /// - [`Error::Io`]: the node is damaged, or no node has this number.
    fn inode(&self, number: u64) -> Result<Self::Inode, Self::Stop>;

    /// Returns the result of an earlier [`Layer::lookup`] of this name, if it is remembered.
    #[inline]
    fn recall(&self, _directory: u64, _name: Component<'_>) -> Option<LayerNode> {
        None
    }

    /// Finds a name in a directory. Never finds `.` or `..`.
    ///
    /// # Errors
    /// - [`Error::Io`]: the directory is damaged.
    fn lookup(&self, directory: &Self::Inode, name: Component<'_>) -> Result<Option<LayerNode>, Self::Stop>;

    /// Forgets the result for a name, because from now on the tree itself has the entries of the directory.
    fn forget(&self, _directory: u64, _name: &[u8]) {}

    /// Makes room to remember more names, if that helps and there is memory. Called between look-ups.
    #[inline]
    fn make_room(&mut self) {}

    /// Returns the first entry of a directory after a cursor, and the cursor that follows it. The first cursor is 0;
    /// cursors grow. Never returns `.` or `..`.
    ///
    /// # Errors
    /// - [`Error::Io`]: the directory is damaged.
    fn entry_after(&self, directory: &Self::Inode, cursor: u64) -> Result<Option<Listed<&[u8]>>, Self::Stop>;

    /// Returns all entries of a directory, with names that can be kept.
    ///
    /// # Errors
    /// - [`Error::Io`]: the directory is damaged, or a name occurs twice.
    fn entries(&self, directory: &Self::Inode) -> Result<impl Iterator<Item = ListedOf<Self>>, Self::Stop>;

    /// Returns the parent of a directory; the root's is itself.
    ///
    /// # Errors
    /// - [`Error::Io`]: the directory is damaged.
    fn parent(&self, directory: &Self::Inode) -> Result<u64, Self::Stop>;

    /// Returns the target of a symbolic link. It contains no NUL.
    ///
    /// # Errors
    /// - [`Error::Io`]: the link is damaged.
    fn read_link(&self, link: &Self::Inode) -> Result<&[u8], Self::Stop>;

    /// Returns the contents of a file.
    ///
    /// # Errors
    /// - [`Error::Io`]: the file is damaged.
    fn contents(&self, file: &Self::Inode) -> Result<Self::Contents, Self::Stop>;

    /// Returns at least one and at most `length` contiguous bytes at `offset`; none at and after the end.
    ///
    /// # Errors
    /// - [`Error::Io`]: the bytes cannot be read.
    fn run<'a>(&'a self, contents: &'a Self::Contents, offset: u64, length: u64) -> Result<&'a [u8], Self::Stop>;

    /// Makes sure that [`Layer::run`] does not stop within a range until the operation ends.
    ///
    /// # Errors
    /// Those of [`Layer::run`].
    #[inline]
    fn fetch(&self, _contents: &Self::Contents, _offset: u64, _length: u64) -> Result<(), Self::Stop> {
        Ok(())
    }

    /// Returns at most `length` contiguous bytes at `offset`, if they never change.
    fn lend(&self, contents: &Self::Contents, offset: u64, length: u64) -> Option<Self::Bytes>;

    /// Returns the reason to stop when two answers of the layer contradict each other: an entry says directory, but the
    /// node is a file. In a layer that nobody changes, this is damage.
    #[cold]
    fn contradiction(&self) -> Self::Stop {
        Error::Io.into()
    }

    /// Returns whether nobody can change the node and what is in it.
    #[inline]
    fn is_read_only(&self, _number: u64) -> bool {
        false
    }

    /// Returns whether the layer itself makes the changes of a node, as effects, instead of having them kept above it.
    fn passes_through(&self, number: u64) -> Option<Self::Through>;

    /// Returns whether others may change a node. Then the layer is asked afresh for everything about it, until the tree
    /// has changed it. The same goes for nodes whose changes pass through.
    fn is_live(&self, number: u64) -> Option<Self::Through>;

    /// Whether the layer has mounts. Without them, no code is compiled for them.
    const HAS_MOUNTS: bool = false;

    /// Returns the directory that stands in the place of another one, wherever that has a name: the root of what is
    /// mounted on it.
    #[inline]
    fn mounted(&self, _directory: u64) -> Option<u64> {
        None
    }

    /// Returns the directory in whose place a directory stands, if it is the root of a mount.
    #[inline]
    fn covered(&self, _root: u64) -> Option<u64> {
        None
    }

    /// Returns whether the layer itself has placed the name of a directory, because it leads to a mount. Where the layer
    /// makes the changes of other names, it does not change this one.
    #[inline]
    fn is_placed(&self, _directory: u64) -> bool {
        false
    }

    /// Returns whether what the layer is asked about a directory has all of its entries, and no others.
    #[inline]
    fn lists_alone(&self, _directory: u64) -> bool {
        true
    }

    /// Returns the filesystem of a node. Names can be moved, and links made, within one.
    #[inline]
    fn filesystem(&self, _number: u64) -> u32 {
        0
    }

    /// Returns whether whoever answers for the layer follows whole paths from a directory, because nothing in it is the
    /// tree's.
    #[inline]
    fn follows_paths(&self, _directory: u64) -> bool {
        false
    }

    /// Returns whether whoever answers for the layer knows all that is under a name in a directory, and the layer nothing.
    #[inline]
    fn leaves_names(&self, _directory: u64) -> bool {
        false
    }

    /// Makes a change. An operation requests at most one, after everything in itself that can fail.
    ///
    /// # Errors
    /// - The reason why the change cannot be made.
    fn perform(&self, through: Self::Through, effect: Effect<&[u8]>) -> Result<Performed<Self::Inode>, Self::Stop>;

    /// Returns the result of the change that this operation has requested, if there is one. Each operation that makes
    /// changes calls this first, and with a result it only finishes.
    #[inline]
    fn performed(&mut self) -> Option<Result<Performed<Self::Inode>, Self::Stop>> {
        None
    }

    /// Keeps a free slot for the operation, which is about to request a change that opens something.
    fn hold(&mut self, _slot: u32) {}

    /// Returns the slot that was kept for this operation, which now uses or releases it.
    fn take_held(&mut self) -> Option<u32> {
        None
    }

    /// Returns the number of slots kept for operations, for tests.
    fn held(&self) -> usize {
        0
    }

    /// Returns at most `length` bytes at `offset` of a file whose changes pass through; none at and after the end.
    ///
    /// # Errors
    /// - [`Error::Io`]: the bytes cannot be read.
    fn read(&self, through: Self::Through, offset: u64, length: u64) -> Result<&[u8], Self::Stop>;

    /// Opens a live node, so that it stays the same node whatever becomes of its name. Returns
    /// what is open, which may have a number of its own.
    ///
    /// # Errors
    /// - The reason why it cannot be opened.
    fn open(&self, through: Self::Through, flags: DescriptorFlags) -> Result<Self::Inode, Self::Stop>;

    /// Opens a live directory for one pass over its entries. Returns what is open, which may
    /// have a number of its own.
    ///
    /// # Errors
    /// - The reason why it cannot be opened.
    fn open_listing(&self, through: Self::Through) -> Result<Self::Inode, Self::Stop>;

    /// Returns the cursor after which the current operation asked for entries of a directory last; 0 if it has not.
    #[inline]
    fn asked_last(&self, _directory: &Self::Inode) -> u64 {
        0
    }

    /// Returns a live node that the tree is about to change. From now on it can be told from all others, whatever becomes
    /// of its names.
    ///
    /// # Errors
    /// - The reason why it is not known.
    fn before_change(&self, through: Self::Through) -> Result<Self::Inode, Self::Stop>;

    /// Returns a number for a live node. Two nodes have the same number if they are one.
    ///
    /// # Errors
    /// - The reason why it is not known.
    fn identity(&self, through: Self::Through) -> Result<u64, Self::Stop>;

    /// Makes sure that the next [`Layer::retain`] needs no memory.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    #[inline]
    fn reserve_user(&mut self) -> Result<(), Error> {
        Ok(())
    }

    /// Called when the tree begins to keep a node, after [`Layer::reserve_user`]. Each call has its
    /// [`Layer::release`].
    #[inline]
    fn retain(&mut self, _number: u64) {}

    /// Called when the tree has changed a live node that it keeps: from now on the node is what the tree says.
    #[inline]
    fn pin(&mut self, _number: u64) {}

    /// Called when a live node that the tree has changed is not open any more and has nothing left from the layer but
    /// its identity.
    #[inline]
    fn close(&mut self, _number: u64) {}

    /// Called when the tree keeps a node no longer.
    #[inline]
    fn release(&mut self, _number: u64) {}

    /// Compares remembered names with look-ups, for tests. `is_own` returns whether the tree itself has the entries of
    /// a directory.
    ///
    /// # Errors
    /// A description of the fault.
    fn check_recalled(&self, _is_own: impl Fn(u64) -> bool) -> Result<(), String> {
        Ok(())
    }
}

/// A node as an entry of a directory describes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerNode {
    /// Its number.
    pub number: u64,
    /// Its kind, by the entry.
    pub kind: FileKind,
}

/// An entry in a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed<N> {
    /// The cursor that follows it.
    pub cursor: u64,
    /// Its name.
    pub name: N,
    /// The node that it refers to.
    pub node: LayerNode,
}

impl<N> Listed<N> {
    /// Returns the same entry with its name as another type.
    pub(crate) fn map_name<M>(self, map: impl FnOnce(N) -> M) -> Listed<M> {
        let Self { cursor, name, node } = self;
        Listed { cursor, name: map(name), node }
    }
}

/// One item of [`Layer::entries`].
pub type ListedOf<L> = Result<Listed<<L as Layer>::Bytes>, <L as Layer>::Stop>;

/// Metadata of a layer's node.
pub trait LayerInode: Copy {
    /// Returns its number.
    fn number(&self) -> u64;
    /// Returns its kind.
    fn kind(&self) -> FileKind;
    /// Returns the metadata that an app can ask for. It has at least one link, because it was reached.
    fn stat(&self) -> Stat;
    /// Returns the metadata of a node whose changes pass through, which may be open without a name.
    #[inline]
    fn stat_now(&self) -> Stat {
        self.stat()
    }
}

/// The bytes of a file that come from a layer, from its start up to a size.
pub trait Contents {
    /// No bytes.
    const NOTHING: Self;

    /// Returns their number.
    fn size(&self) -> u64;

    /// Cuts off the bytes after `size`.
    fn truncate(&mut self, size: u64);
}

/// Appends the `length` bytes at `offset` to `bytes`, which has room for them, as far as the layer has them.
pub(crate) fn copy<L: Layer>(layer: &L, contents: &L::Contents, offset: u64, length: usize, bytes: &mut Vec<u8>) {
    let mut done = 0;
    while let Ok(run) = layer.run(contents, offset + done as u64, (length - done) as u64)
        && !run.is_empty()
    {
        let run = run.get(..length - done).unwrap_or(run);
        bytes.extend_from_slice(run);
        done += run.len();
    }
}
