//! What the reader says of an image it cannot read.

/// Why an image, or the part of it that was touched, cannot be read.
///
/// Small and `Copy`: it is made on the way of every file call. Offsets are bytes from the image's start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// The bytes end before the superblock does.
    #[error("not an EROFS image: shorter than a superblock")]
    TooShort,
    /// The superblock does not begin with EROFS's magic number.
    #[error("not an EROFS image: wrong magic number at offset 1024")]
    Magic,
    /// The superblock speaks of more blocks than there are bytes.
    #[error("the image is cut off: it should be {expected} bytes long")]
    Truncated {
        /// The length the superblock gives, in bytes.
        expected: u64,
    },
    /// The image has blocks that are not 4 KiB, or directory blocks of a size of their own.
    #[error("the image's blocks are not 4 KiB (log2 of the size: {bits}); make it with `mkfs.erofs -b4096`")]
    BlockSize {
        /// Base-2 logarithm of the block size the superblock gives.
        bits: u8,
    },
    /// The image needs features this reader does not have: compression, chunks, several devices.
    #[error(
        "the image needs EROFS features that are not supported (incompatible feature bits {bits:#x}); \
             make it without compression and without chunks"
    )]
    Features {
        /// The bits of `feature_incompat` that are not known here.
        bits: u32,
    },
    /// A node number points outside the image.
    #[error("node {nid} lies outside the image")]
    NidOutOfRange {
        /// The node number.
        nid: u64,
    },
    /// An inode's format field has bits that are not known.
    #[error("the inode at offset {offset} has an unknown format")]
    InodeFormat {
        /// Where the inode is.
        offset: u64,
    },
    /// An inode's contents are compressed.
    #[error("the inode at offset {offset} is compressed, which is not supported")]
    Compressed {
        /// Where the inode is.
        offset: u64,
    },
    /// An inode's contents are in chunks.
    #[error("the inode at offset {offset} is stored in chunks, which is not supported")]
    Chunked {
        /// Where the inode is.
        offset: u64,
    },
    /// An inode's mode names no kind of file.
    #[error("the inode at offset {offset} is of no known kind")]
    InodeKind {
        /// Where the inode is.
        offset: u64,
    },
    /// An inode's nanoseconds are not below a second.
    #[error("the inode at offset {offset} has an impossible time")]
    InodeTime {
        /// Where the inode is.
        offset: u64,
    },
    /// An inode's size or place of contents leads outside the image.
    #[error("the contents of the inode at offset {offset} lie outside the image")]
    Extent {
        /// Where the inode is.
        offset: u64,
    },
    /// An inode's inline tail does not fit in its block.
    #[error("the inline data of the inode at offset {offset} crosses a block's end")]
    InlineTail {
        /// Where the inode is.
        offset: u64,
    },
    /// A directory's operation was asked of something else.
    #[error("node {nid} is not a directory")]
    NotADirectory {
        /// The node number.
        nid: u64,
    },
    /// A link's target was asked of something else.
    #[error("node {nid} is not a symbolic link")]
    NotALink {
        /// The node number.
        nid: u64,
    },
    /// A symbolic link's target is empty or longer than a block.
    #[error("the target of the symbolic link at node {nid} has an impossible length")]
    LinkTarget {
        /// The node number.
        nid: u64,
    },
    /// A directory block's entries cannot be true: their number, or where a name lies.
    #[error("the directory block at offset {offset} is damaged")]
    DirectoryBlock {
        /// Where the block is.
        offset: u64,
    },
    /// A directory entry's name is empty, longer than 255 bytes, or has `/` or NUL in it.
    #[error("a name in the directory block at offset {offset} is not allowed")]
    Name {
        /// Where the block is.
        offset: u64,
    },
    /// A directory has no `..` entry.
    #[error("the directory at node {nid} has no `..` entry")]
    NoParent {
        /// The node number.
        nid: u64,
    },
}
