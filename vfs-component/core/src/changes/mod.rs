//! What changed: the list that [`Volume::changes`] gives.
//!
//! ```
//! use vfs_core::{Change, Clock, Error, Limits, OpenFlags, Rights, Timestamp, Tracked, Volume};
//! use vfs_core::{DescriptorFlags, FollowFinalLink, ImageLayer};
//!
//! struct NoClock;
//! impl Clock for NoClock {
//!     fn now(&mut self) -> Option<Timestamp> {
//!         None
//!     }
//! }
//!
//! # fn main() -> Result<(), Error> {
//! let mut fs = Volume::<_, _, Tracked>::over(ImageLayer::new(None), NoClock, Limits::default())?;
//! let root = fs.open_root(Rights::default())?;
//! fs.create_dir_at(&root, "a")?;
//! let mark = fs.mark()?;
//! fs.rename_at(&root, "a", &root, "b")?;
//! let changes = fs.changes(Some(&mark))?;
//! assert!(matches!(&changes[0], Change::Changed { path, attributes: true, .. } if path.is_empty()));
//! assert!(matches!(&changes[1], Change::Renamed { from, path, .. } if from == b"a" && path == b"b"));
//! fs.release_mark(mark);
//! # Ok(())
//! # }
//! ```
//!
//! **Marks.** The image is always there to compare with; [`Volume::mark`] makes one more. A commit of a stored state
//! begins with `let next = mark()` and `changes(Some(&base))`. When it is done, `release_mark` the base, and `next` is
//! the base; if it failed, release the next, and the next commit's changes contain the failed one's.
//!
//! **Paths** have no leading slash; the root's is empty. Each [`Change::Removed`] and each `from` is a path at the
//! mark, all others are paths now. The list is in the order of paths: a directory before what is in it, else by the
//! bytes of the components. A path is there twice at most, and then the removal comes first.
//!
//! **To rebuild the tree** from what it was at the mark: take each node out that is renamed, by its `from`; remove what
//! was removed, with all that is still below; then go along the list, and make the links last. All of the first two steps
//! comes before the third, since two names may have been swapped; and all their paths are looked up before the first is
//! done, since a directory may be renamed and something in it, too.
//!
//! - A removed or renamed directory stands for all in it. What was removed below a directory that is still there, if
//!   under another name, is told with its path at the mark; below a removed one nothing is, but what a rename has taken
//!   from there.
//! - A node that was there at the mark is never `Made`. If it has lost names and gained others, it was `Renamed`, each
//!   lost name to one gained name; what it has gained beyond that is `Linked`, what it has lost beyond that is
//!   `Removed`.
//! - What changed of a node is told once, at one of its names. Each of its other names is then `Linked` too, if it is
//!   not `Renamed`, whether it is new or not: for those who cannot change what several names share.
//! - Files that have no name any more are no change, and neither is what was done and undone.
//! - Attributes are the times of the last access and modification. The time of the status change is not one: nobody can
//!   set it.
//!
//! **Cost.** A list since a mark costs as much as was touched since, times the depth of the paths; since the image, as
//! much as was changed at all. The exception: a file that changed and had several names in the layer may have names
//! that nobody came along. They are found by a walk over the whole tree, one for all such files that a list is the first
//! to tell of.
//!
//! **Nothing is borrowed** by the list, because whoever writes the changes down waits for a host or a store between two
//! of them, and the app may go on meanwhile. So it is a list of owned paths, and contents are read by [`ChangedNode`].
//! What is read is what is there then. A commit of one instant reads before it lets others run. An iterator over the
//! tree would have to be run again from its start after each change, and could not begin with what it finds last: where
//! a file was renamed from.

mod contents;
#[cfg(test)]
mod cost;
mod list;
mod node;
mod scan;

use alloc::vec::Vec;

use vfs_image::FileKind;

use crate::journal::Tracked;
use crate::layer::Layer;
use crate::{Clock, Error, Volume};

pub use contents::ChangedContents;
pub use node::ChangedNode;

/// A state of the tree that later ones can be compared with. Only of use in the volume that has set it.
#[derive(Debug, PartialEq, Eq)]
pub struct Mark(u32);

/// One change; see [the module](crate::changes).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// What was there at the mark is gone, with all below it but what was renamed.
    Removed {
        /// Where it was at the mark.
        path: Vec<u8>,
        /// What it was.
        kind: FileKind,
    },
    /// Something is new.
    Made {
        /// Its first name.
        path: Vec<u8>,
        /// What it is.
        kind: FileKind,
        /// The node.
        node: ChangedNode,
        /// A file's contents.
        contents: Option<ChangedContents>,
    },
    /// What was there at the mark under one name has another.
    Renamed {
        /// A name that it had at the mark.
        from: Vec<u8>,
        /// The name that it has instead.
        path: Vec<u8>,
        /// What it is.
        kind: FileKind,
        /// The node.
        node: ChangedNode,
        /// Its attributes changed.
        attributes: bool,
        /// Its contents changed.
        contents: Option<ChangedContents>,
    },
    /// A name is one more name of a node.
    Linked {
        /// The name.
        path: Vec<u8>,
        /// Another name of the node: one that it has had since the mark, or one at which the list tells of it.
        first: Vec<u8>,
        /// What it is.
        kind: FileKind,
        /// The node.
        node: ChangedNode,
        /// The node did not have this name at the mark.
        is_new: bool,
    },
    /// What was there at the mark under this name has changed.
    Changed {
        /// A name that it has had since the mark.
        path: Vec<u8>,
        /// What it is.
        kind: FileKind,
        /// The node.
        node: ChangedNode,
        /// Its attributes changed.
        attributes: bool,
        /// Its contents changed.
        contents: Option<ChangedContents>,
    },
}

impl Change {
    /// Where it is in the list.
    #[must_use]
    pub fn path(&self) -> &[u8] {
        match self {
            Self::Removed { path, .. }
            | Self::Made { path, .. }
            | Self::Renamed { path, .. }
            | Self::Linked { path, .. }
            | Self::Changed { path, .. } => path,
        }
    }
}

impl<L: Layer, C: Clock> Volume<L, C, Tracked> {
    /// Sets a mark at the state that the tree has now.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    /// - [`Error::InsufficientSpace`]: four billion were set.
    pub fn mark(&mut self) -> Result<Mark, Error> {
        self.tree.journal.settle(&self.tree.table);
        self.tree.journal.mark().map(Mark)
    }

    /// Forgets a mark.
    pub fn release_mark(&mut self, mark: Mark) {
        self.tree.journal.settle(&self.tree.table);
        self.tree.journal.release(mark.0);
    }

    /// What changed since a mark, or since the image.
    ///
    /// # Errors
    /// - [`Error::Invalid`]: the mark is not this volume's.
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    /// - [`Error::Io`]: the layer is damaged.
    /// - [`Layer::Stop`]: names of a file have to be looked for in the layer, and an answer is missing.
    pub fn changes(&mut self, since: Option<&Mark>) -> Result<Vec<Change>, L::Stop> {
        let mark = since.map_or(0, |mark| mark.0);
        if since.is_some() && !self.tree.journal.has_mark(mark) {
            return Err(Error::Invalid.into());
        }
        self.tree.journal.settle(&self.tree.table);
        scan::find_names(&mut self.tree, mark)?;
        Ok(list::list(&self.tree, mark)?)
    }
}
