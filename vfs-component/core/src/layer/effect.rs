//! Changes that a layer makes itself.

use alloc::vec::Vec;

use crate::tree::owned;
use crate::{Error, NewTimestamp};

/// A change of nodes that pass through, which are named by their numbers. It is asked for once, and its answer is that of the
/// whole operation. `N` is a name or a link's target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect<N> {
    /// Open a file by its name, and make it first if it is not there; answered with [`Performed::Opened`].
    Create {
        /// The directory.
        directory: u64,
        /// The name in it.
        name: N,
        /// It must not be there.
        exclusive: bool,
        /// If it is there it is cut to size 0.
        truncate: bool,
    },
    /// Cut a file to size 0 because it is opened so; answered with [`Performed::Opened`].
    Truncate {
        /// The file.
        file: u64,
    },
    /// Make a directory.
    CreateDirectory {
        /// Where.
        directory: u64,
        /// Its name.
        name: N,
    },
    /// Make a symbolic link.
    Symlink {
        /// Where it points.
        target: N,
        /// Where it is.
        directory: u64,
        /// Its name.
        name: N,
    },
    /// Give a node that is no directory one more name.
    Link {
        /// The node.
        node: u64,
        /// Where the name is.
        directory: u64,
        /// The name.
        name: N,
    },
    /// Move a name, over another if that is there.
    Rename {
        /// Where the name is.
        from: u64,
        /// The name.
        old: N,
        /// Where it will be.
        to: u64,
        /// The name there.
        new: N,
    },
    /// Remove a name of something that is not a directory.
    Unlink {
        /// Where the name is.
        directory: u64,
        /// The name.
        name: N,
    },
    /// Remove an empty directory.
    RemoveDirectory {
        /// Where it is.
        directory: u64,
        /// Its name.
        name: N,
    },
    /// Change a file's size.
    SetSize {
        /// The file.
        file: u64,
        /// Bytes.
        size: u64,
    },
    /// Set timestamps. None of them is [`NewTimestamp::Now`]: the time is the volume's.
    SetTimes {
        /// The node.
        node: u64,
        /// When it was read.
        accessed: NewTimestamp,
        /// When it was written.
        modified: NewTimestamp,
    },
    /// Write bytes, all of them. They are not in here: whoever asks for the operation has them.
    Write {
        /// The file.
        file: u64,
        /// Where; `None` for the end.
        offset: Option<u64>,
        /// How many.
        length: u64,
    },
    /// Write to the disk what is not there yet.
    Sync {
        /// The node.
        node: u64,
        /// Only the contents.
        data_only: bool,
    },
}

impl Effect<&[u8]> {
    /// The same with names of its own.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    pub fn to_owned(&self) -> Result<Effect<Vec<u8>>, Error> {
        Ok(match *self {
            Self::Create { directory, name, exclusive, truncate } => {
                Effect::Create { directory, name: owned(name)?, exclusive, truncate }
            }
            Self::Truncate { file } => Effect::Truncate { file },
            Self::CreateDirectory { directory, name } => Effect::CreateDirectory { directory, name: owned(name)? },
            Self::Symlink { target, directory, name } => {
                Effect::Symlink { target: owned(target)?, directory, name: owned(name)? }
            }
            Self::Link { node, directory, name } => Effect::Link { node, directory, name: owned(name)? },
            Self::Rename { from, old, to, new } => Effect::Rename { from, old: owned(old)?, to, new: owned(new)? },
            Self::Unlink { directory, name } => Effect::Unlink { directory, name: owned(name)? },
            Self::RemoveDirectory { directory, name } => Effect::RemoveDirectory { directory, name: owned(name)? },
            Self::SetSize { file, size } => Effect::SetSize { file, size },
            Self::SetTimes { node, accessed, modified } => Effect::SetTimes { node, accessed, modified },
            Self::Write { file, offset, length } => Effect::Write { file, offset, length },
            Self::Sync { node, data_only } => Effect::Sync { node, data_only },
        })
    }
}

/// What became of an [`Effect`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Performed<I> {
    /// It is done.
    Done,
    /// The file is there, and this is known of it.
    Opened(I),
}
