//! The list of changes that [`Volume::changes`] returns.
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
//! **Marks.** A list can always start at the image; [`Volume::mark`] adds a later state to start from. A commit of a
//! stored state begins with `let next = mark()` and `changes(Some(&base))`. After it succeeds, call `release_mark` on
//! the base, and `next` becomes the base. If it fails, release `next`; the next commit then contains the same changes
//! again.
//!
//! **Paths** have no leading slash; the root's is empty. The paths in [`Change::Removed`] and in `from` are those at
//! the mark, all others are paths now. The list is sorted by path: a directory comes before its contents, siblings by
//! the bytes of their names. A path occurs at most twice, and then the removal comes first.
//!
//! **To rebuild the tree** from its state at the mark: first take every renamed node out, by its `from`; then remove
//! what was removed, with everything still below it; then go through the list, and make the links last. Finish the
//! first two steps before the third, because two names may have been swapped. Look up all their paths before doing
//! either, because both a directory and something in it may have been renamed.
//!
//! - A removed or renamed directory includes everything in it. If something was removed below a directory that still
//!   exists under another name, the list has the path at the mark. For the contents of a removed directory, the list
//!   has only what a rename took out of it.
//! - A node that existed at the mark is never `Made`. If it has lost and gained names, it was `Renamed`, each lost name
//!   paired with a gained one. Further gained names are `Linked`, further lost names are `Removed`.
//! - Changes of a node are listed once, at one of its names. Each of its other names is then `Linked` too, new or not,
//!   unless it is `Renamed`. This is for readers that cannot change a node with several names.
//! - The list omits files that no longer have a name, and changes that were undone.
//! - Attributes are the times of the last access and modification. The time of the last status change is not among
//!   them, because nobody can set it.
//!
//! **Cost.** A list since a mark costs as much as was touched since then, times the depth of the paths. A list since
//! the image costs as much as was changed at all. There is one exception: a changed file with several names in the
//! layer may have names that no walk has passed. A walk over the whole tree finds them, once for all files that are
//! listed for the first time.
//!
//! **The list borrows nothing**, because whoever writes down the changes waits for a host or a store between two of
//! them, and meanwhile the app may go on. So it is a list of owned paths, and contents are read by [`ChangedNode`]. A
//! read returns the contents at the time of the read; a commit of a single instant has to read before it lets others
//! run. An iterator over the tree would have to start afresh after each change, and could not begin with what it finds
//! last: where a file was renamed from.

mod contents;
#[cfg(test)]
mod cost;
mod count;
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

/// A state of the tree to compare later ones with. Valid only in the volume that set it.
#[derive(Debug, PartialEq, Eq)]
pub struct Mark(u32);

/// One change; see [the module](crate::changes).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A node that existed at the mark is gone, with everything below it except what was renamed.
    Removed {
        /// Its path at the mark.
        path: Vec<u8>,
        /// Its kind.
        kind: FileKind,
    },
    /// A new node.
    Made {
        /// Its first name.
        path: Vec<u8>,
        /// Its kind.
        kind: FileKind,
        /// The node.
        node: ChangedNode,
        /// Its contents, for a file.
        contents: Option<ChangedContents>,
    },
    /// A node that existed at the mark has another name instead of an old one.
    Renamed {
        /// The name that it had at the mark.
        from: Vec<u8>,
        /// The name that it has instead.
        path: Vec<u8>,
        /// Its kind.
        kind: FileKind,
        /// The node.
        node: ChangedNode,
        /// Whether its attributes changed.
        attributes: bool,
        /// Changes of its contents, if any.
        contents: Option<ChangedContents>,
    },
    /// An additional name of a node.
    Linked {
        /// The name.
        path: Vec<u8>,
        /// Another name of the node, under which a reader finds it: unchanged since the mark, or listed elsewhere as
        /// its new name.
        first: Vec<u8>,
        /// Its kind.
        kind: FileKind,
        /// The node.
        node: ChangedNode,
        /// Whether the name is newer than the mark.
        is_new: bool,
    },
    /// A node that existed at the mark under this name has changed.
    Changed {
        /// A name that it has had since before the mark.
        path: Vec<u8>,
        /// Its kind.
        kind: FileKind,
        /// The node.
        node: ChangedNode,
        /// Whether its attributes changed.
        attributes: bool,
        /// Changes of its contents, if any.
        contents: Option<ChangedContents>,
    },
}

impl Change {
    /// Returns the path by which the list is sorted.
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
    /// Sets a mark at the current state of the tree.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    /// - [`Error::InsufficientSpace`]: four billion marks were set.
    pub fn mark(&mut self) -> Result<Mark, Error> {
        self.tree.journal.settle(&self.tree.table);
        self.tree.journal.mark().map(Mark)
    }

    /// Releases a mark.
    pub fn release_mark(&mut self, mark: Mark) {
        self.tree.journal.settle(&self.tree.table);
        self.tree.journal.release(mark.0);
    }

    /// Lists what changed since a mark, or since the image.
    ///
    /// # Errors
    /// - [`Error::Invalid`]: the mark is not of this volume.
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    /// - [`Error::Io`]: the layer is damaged.
    /// - [`Layer::Stop`]: names of a file have to be looked up in the layer, and an answer is missing.
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
