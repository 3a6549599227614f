//! A reader of a directory's entries.

use vfs_image::FileKind;

/// One pass over the entries of a directory. Give it back to [`Fs::close_dir`](crate::Fs::close_dir).
///
/// It survives any change to the directory: an entry that is there all the time is given exactly once.
#[derive(Debug)]
#[must_use = "a stream that is not closed keeps its directory for ever"]
pub struct DirStream {
    pub(crate) slot: u32,
    /// Sequence number of the entry given last.
    pub(crate) position: u64,
    /// Where the next entry probably is in the list of a directory that was copied up.
    pub(crate) guess: usize,
}

/// An entry of a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DirItem<'a> {
    /// What the node is.
    pub kind: FileKind,
    /// Its name in this directory.
    pub name: &'a str,
}
