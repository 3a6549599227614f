//! Changes that the layer makes itself.

use alloc::vec::Vec;

use crate::tree::owned;
use crate::{DescriptorFlags, Error, NewTimestamp};

/// A change of nodes whose changes pass through, identified by their numbers. An operation requests at most one, and
/// its answer is the answer of the operation. `N` is the type of names, link targets and bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect<N> {
    /// Opens a file by its name, and makes it first if it does not exist; answered with [`Performed::Opened`].
    Create {
        /// The directory.
        directory: u64,
        /// Its name there.
        name: N,
        /// Whether to fail if the name exists.
        exclusive: bool,
        /// Whether to cut an existing file to size 0.
        truncate: bool,
        /// What it is opened for.
        flags: DescriptorFlags,
    },
    /// Cuts a file to size 0 while opening it; answered with [`Performed::Opened`].
    Truncate {
        /// The file.
        file: u64,
        /// What it is opened for.
        flags: DescriptorFlags,
    },
    /// Makes a directory.
    CreateDirectory {
        /// The parent.
        directory: u64,
        /// Its name.
        name: N,
    },
    /// Makes a symbolic link.
    Symlink {
        /// The target.
        target: N,
        /// The directory.
        directory: u64,
        /// Its name.
        name: N,
    },
    /// Gives a node that is not a directory an additional name.
    Link {
        /// The node.
        node: u64,
        /// The directory of the name.
        directory: u64,
        /// The name.
        name: N,
    },
    /// Moves a name, replacing the new one if it exists.
    Rename {
        /// The old directory.
        from: u64,
        /// The old name.
        old: N,
        /// The new directory.
        to: u64,
        /// The new name.
        new: N,
    },
    /// Removes a name of something that is not a directory.
    Unlink {
        /// The directory.
        directory: u64,
        /// The name.
        name: N,
    },
    /// Removes an empty directory.
    RemoveDirectory {
        /// The parent.
        directory: u64,
        /// Its name.
        name: N,
    },
    /// Changes a file's size.
    SetSize {
        /// The file.
        file: u64,
        /// The new size in bytes.
        size: u64,
    },
    /// Sets timestamps. Neither is [`NewTimestamp::Now`]: the volume has replaced it by its time.
    SetTimes {
        /// The node.
        node: u64,
        /// The time of the last access.
        accessed: NewTimestamp,
        /// The time of the last modification.
        modified: NewTimestamp,
    },
    /// Writes bytes, all of them.
    Write {
        /// The file.
        file: u64,
        /// The offset; `None` for the end of the file.
        offset: Option<u64>,
        /// The bytes.
        bytes: N,
    },
    /// Writes to the disk what is not there yet.
    Sync {
        /// The node.
        node: u64,
        /// Whether to write only the contents.
        data_only: bool,
    },
}

impl Effect<&[u8]> {
    /// Copies the effect, with owned names.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    pub fn to_owned(&self) -> Result<Effect<Vec<u8>>, Error> {
        Ok(match *self {
            Self::Create { directory, name, exclusive, truncate, flags } => {
                Effect::Create { directory, name: owned(name)?, exclusive, truncate, flags }
            }
            Self::Truncate { file, flags } => Effect::Truncate { file, flags },
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
            Self::Write { file, offset, bytes } => Effect::Write { file, offset, bytes: owned(bytes)? },
            Self::Sync { node, data_only } => Effect::Sync { node, data_only },
        })
    }
}

/// The result of an [`Effect`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Performed<I> {
    /// The change was made.
    Done,
    /// The file is open; this is its inode.
    Opened(I),
}
