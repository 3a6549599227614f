//! Where things come to lie in an image.

use core::ops::Range;

/// What is known of a node before it is written.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Place {
    /// Byte offset of the inode.
    pub inode: u64,
    /// First block of the contents' whole blocks.
    pub body: u32,
    /// Number of blocks there.
    pub body_blocks: u32,
    /// Bytes behind the inode.
    pub tail: u16,
    /// Length of the contents.
    pub size: u64,
    /// Number of names; for a directory, of directories that name it.
    pub links: u32,
    /// Serial number, for `i_ino`.
    pub serial: u32,
    /// Whether it is a directory.
    pub directory: bool,
}

/// A run of nodes whose contents and inodes lie together.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    /// The nodes, as positions in [`Layout::order`](crate::Layout). Some have their inode in block 0.
    pub members: Range<usize>,
    /// The blocks of inodes, the last thing in the group.
    pub inodes: Range<u32>,
}
