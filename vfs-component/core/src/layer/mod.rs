//! What a tree stands on: files that are there before anything is changed.
//!
//! The tree asks its [`Layer`] for what it does not hold itself, and never asks a host: a layer that has no answer at hand
//! *stops* the operation with its [`Layer::Stop`]. An image has every answer, so it only stops with an [`Error`].

mod effect;
mod image;
mod image_extents;
pub mod late;

use alloc::string::String;
use alloc::vec::Vec;

use vfs_image::{FileKind, Timestamp};

use crate::path::Component;
use crate::{Error, Stat};

pub use effect::{Effect, Performed};
pub use image::ImageLayer;
pub use image_extents::ImageExtents;

/// What a tree stands on: a look-up of a name, a listing by a cursor of its own, `stat`, `read_link` and reads.
///
/// Nodes have numbers below 2^63 that do not change while the tree uses them. Directories have one name, files as many as they
/// have links.
pub trait Layer {
    /// Why an operation cannot go on. After it the operation has changed nothing and may be run again.
    type Stop: From<Error>;
    /// What the layer knows of a node.
    type Inode: LayerInode;
    /// Bytes that outlive the call that gave them: lent where they never change, copied elsewhere.
    type Bytes: AsRef<[u8]>;
    /// What the layer keeps of a file that is open.
    type Contents: Contents;
    /// A node whose changes pass through. A type without values where there is none, so that nothing of it is compiled.
    type Through: Copy;

    /// Number of the directory that the tree begins with. `None`: the layer is empty, and the tree begins with a directory of
    /// its own.
    ///
    /// # Errors
    /// - [`Error::Io`]: it is not a directory, or damaged.
    fn root(&self) -> Result<Option<u64>, Self::Stop>;

    /// The time that a filesystem without a clock counts up from.
    fn build_time(&self) -> Timestamp;

    /// What a node is.
    ///
    /// # Errors
    /// - [`Error::Io`]: the node is damaged, or there is none of this number.
    fn inode(&self, number: u64) -> Result<Self::Inode, Self::Stop>;

    /// What a name was found to be by an earlier [`Layer::lookup`], if that is remembered.
    #[inline]
    fn recall(&self, _directory: u64, _name: Component<'_>) -> Option<LayerNode> {
        None
    }

    /// Finds a name in a directory. Never finds `.` or `..`.
    ///
    /// # Errors
    /// - [`Error::Io`]: the directory is damaged.
    fn lookup(&self, directory: &Self::Inode, name: Component<'_>) -> Result<Option<LayerNode>, Self::Stop>;

    /// Forgets what a name was found to be: from now on the tree answers for the directory.
    fn forget(&self, _directory: u64, _name: &[u8]) {}

    /// Called between look-ups: makes room for more names to remember, if that helps and there is memory.
    #[inline]
    fn make_room(&mut self) {}

    /// The first entry of a directory after a cursor, and the cursor that follows it. The first cursor is 0, and they grow. Never
    /// gives `.` or `..`.
    ///
    /// # Errors
    /// - [`Error::Io`]: the directory is damaged.
    fn entry_after(&self, directory: &Self::Inode, cursor: u64) -> Result<Option<Listed<&[u8]>>, Self::Stop>;

    /// All entries of a directory, with names to keep.
    ///
    /// # Errors
    /// - [`Error::Io`]: the directory is damaged, or a name is there twice.
    fn entries(&self, directory: &Self::Inode) -> Result<impl Iterator<Item = ListedOf<Self>>, Self::Stop>;

    /// The directory that a directory is in; the root's is itself.
    ///
    /// # Errors
    /// - [`Error::Io`]: the directory is damaged.
    fn parent(&self, directory: &Self::Inode) -> Result<u64, Self::Stop>;

    /// Where a symbolic link points. No NUL is in it.
    ///
    /// # Errors
    /// - [`Error::Io`]: the link is damaged.
    fn read_link(&self, link: &Self::Inode) -> Result<&[u8], Self::Stop>;

    /// The contents of a file.
    ///
    /// # Errors
    /// - [`Error::Io`]: the file is damaged.
    fn contents(&self, file: &Self::Inode) -> Result<Self::Contents, Self::Stop>;

    /// At least one and at most `length` bytes at `offset`, where they lie together; none at and after the end.
    ///
    /// # Errors
    /// - [`Error::Io`]: they cannot be read.
    fn run<'a>(&'a self, contents: &'a Self::Contents, offset: u64, length: u64) -> Result<&'a [u8], Self::Stop>;

    /// Makes sure that [`Layer::run`] does not stop within a range, until the operation ends.
    ///
    /// # Errors
    /// Those of [`Layer::run`].
    #[inline]
    fn fetch(&self, _contents: &Self::Contents, _offset: u64, _length: u64) -> Result<(), Self::Stop> {
        Ok(())
    }

    /// At most `length` bytes at `offset`, where they lie together, if they never change.
    fn lend(&self, contents: &Self::Contents, offset: u64, length: u64) -> Option<Self::Bytes>;

    /// What is wrong where two answers of the layer do not fit each other: an entry that says directory, and a node that is a file.
    /// In a layer that nothing changes that is damage.
    #[cold]
    fn contradiction(&self) -> Self::Stop {
        Error::Io.into()
    }

    /// Whether a node and what is in it cannot be changed, whoever asks.
    #[inline]
    fn is_read_only(&self, _number: u64) -> bool {
        false
    }

    /// Says that changes of a node are the layer's to make, as effects, and not kept above it. Then the layer is also asked anew
    /// for everything about the node.
    fn passes_through(&self, number: u64) -> Option<Self::Through>;

    /// Whether a name can be moved, or a link made, from one node's directory to the other's: both are of one filesystem.
    #[inline]
    fn is_one_filesystem(&self, _one: Self::Through, _other: Self::Through) -> bool {
        true
    }

    /// Makes a change. An operation asks for one at most, after all that can fail in itself.
    ///
    /// # Errors
    /// - Why it cannot be made.
    fn perform(&self, through: Self::Through, effect: Effect<&[u8]>) -> Result<Performed<Self::Inode>, Self::Stop>;

    /// The answer to the change that this operation has asked for, if it has. Each operation that makes changes looks here first, and
    /// then it only has to finish.
    #[inline]
    fn performed(&mut self) -> Option<Result<Performed<Self::Inode>, Self::Stop>> {
        None
    }

    /// Keeps a free slot for the operation, which is about to ask for a change that opens something.
    fn hold(&mut self, _slot: u32) {}

    /// The slot that was kept for this operation, which it now uses or gives back.
    fn take_held(&mut self) -> Option<u32> {
        None
    }

    /// How many slots are kept for operations, for tests.
    fn held(&self) -> usize {
        0
    }

    /// At most `length` bytes at `offset` of a file whose changes pass through; none at and after the end.
    ///
    /// # Errors
    /// - [`Error::Io`]: they cannot be read.
    fn read(&self, through: Self::Through, offset: u64, length: u64) -> Result<&[u8], Self::Stop>;

    /// Nothing of the tree has the node open any more.
    #[inline]
    fn release(&mut self, _number: u64) {}

    /// Compares what is remembered with what a look-up says, for tests. `is_own` says of a directory whether the tree answers for
    /// it.
    ///
    /// # Errors
    /// What is wrong, in words.
    fn check_recalled(&self, _is_own: impl Fn(u64) -> bool) -> Result<(), String> {
        Ok(())
    }
}

/// A node as an entry of a directory names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerNode {
    /// Its number.
    pub number: u64,
    /// What the entry says it is.
    pub kind: FileKind,
}

/// An entry in a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed<N> {
    /// The cursor that follows it.
    pub cursor: u64,
    /// Its name.
    pub name: N,
    /// What it stands for.
    pub node: LayerNode,
}

/// One item of [`Layer::entries`].
pub type ListedOf<L> = Result<Listed<<L as Layer>::Bytes>, <L as Layer>::Stop>;

/// What a layer knows of a node.
pub trait LayerInode: Copy {
    /// Its number.
    fn number(&self) -> u64;
    /// What it is.
    fn kind(&self) -> FileKind;
    /// All that an app can ask of it. It has at least one link, since it was reached.
    fn stat(&self) -> Stat;
}

/// The bytes of a file that are a layer's, from its start up to a size.
pub trait Contents {
    /// No bytes.
    const NOTHING: Self;

    /// How many there are.
    fn size(&self) -> u64;

    /// Forgets what is behind `size`.
    fn truncate(&mut self, size: u64);
}

/// Adds the `length` bytes at `offset` to `bytes`, which has room for them, as far as the layer has them at hand.
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
