//! A reader of a directory's entries.

use vfs_image::FileKind;

/// One pass over the entries of a directory. To end it, pass it to [`Fs::close_dir`](crate::Fs::close_dir).
///
/// Survives any change of the directory: an entry that exists during the whole pass is returned exactly once.
#[derive(Debug)]
#[must_use = "a stream that is not closed keeps its directory for ever"]
pub struct DirStream {
    pub(crate) slot: u32,
    /// Sequence number of the last entry that was returned.
    pub(crate) position: u64,
    /// Probable index of the next entry in the list of a copied-up directory. Of a live directory, the slot of the pass
    /// over the layer's entries, plus 1.
    pub(crate) guess: usize,
}

/// An entry of a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DirItem<'a> {
    /// The kind of the node.
    pub kind: FileKind,
    /// Its name in this directory.
    pub name: &'a str,
}

/// An entry of a directory, with its place in the order and the identity of its node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DirEntry<'a> {
    /// The cursor that follows it.
    pub cursor: u64,
    /// The kind of the node.
    pub kind: FileKind,
    /// The node's [`metadata_hash`](crate::Fs::metadata_hash).
    pub hash: (u64, u64),
    /// Its name in this directory; UTF-8 unless it is of an image.
    pub name: &'a [u8],
}
