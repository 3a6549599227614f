//! Places in an image.

use core::ops::Range;

/// The properties of a node that are known before it is written.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Place {
    /// Byte offset of the inode.
    pub inode: u64,
    /// First of the whole blocks of the contents.
    pub body: u32,
    /// Number of those blocks.
    pub body_blocks: u32,
    /// Number of bytes behind the inode.
    pub tail: u16,
    /// Length of the contents.
    pub size: u64,
    /// Number of names; for a directory, the number of directories that name it.
    pub links: u32,
    /// Serial number, for `i_ino`.
    pub serial: u32,
    /// Whether it is a directory.
    pub directory: bool,
}

/// A run of nodes whose contents and inodes are stored together.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    /// The nodes, as positions in [`Layout::order`](crate::Layout). The inodes of some are in block 0.
    pub members: Range<usize>,
    /// The blocks of inodes, which come last in the group.
    pub inodes: Range<u32>,
}
