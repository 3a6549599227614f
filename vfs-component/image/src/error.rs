//! Errors of the reader.

/// The reason why an image, or the part of it that was read, cannot be read.
///
/// Small and `Copy`, because every call on a file may make one. Offsets are bytes from the image's start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// The bytes end before the superblock does.
    #[error("not an EROFS image: shorter than a superblock")]
    TooShort,
    /// The superblock does not begin with EROFS's magic number.
    #[error("not an EROFS image: wrong magic number at offset 1024")]
    Magic,
    /// The superblock has a larger number of blocks than there are bytes.
    #[error("the image is cut off: it should be {expected} bytes long")]
    Truncated {
        /// The image's length by the superblock, in bytes.
        expected: u64,
    },
    /// Blocks are not 4 KiB, or directory blocks have another size.
    #[error("the image's blocks are not 4 KiB (log2 of the size: {bits}); make it with `mkfs.erofs -b4096`")]
    BlockSize {
        /// Base-2 logarithm of the block size in the superblock.
        bits: u8,
    },
    /// The image needs features that this reader lacks: compression, chunks, several devices.
    #[error(
        "the image needs EROFS features that are not supported (incompatible feature bits {bits:#x}); \
             make it without compression and without chunks"
    )]
    Features {
        /// The unknown bits of `feature_incompat`.
        bits: u32,
    },
    /// A node number points outside the image.
    #[error("node {nid} lies outside the image")]
    NidOutOfRange {
        /// The node number.
        nid: u64,
    },
    /// An inode's format field has unknown bits.
    #[error("the inode at offset {offset} has an unknown format")]
    InodeFormat {
        /// Offset of the inode.
        offset: u64,
    },
    /// The contents of an inode are compressed.
    #[error("the inode at offset {offset} is compressed, which is not supported; make the image without compression")]
    Compressed {
        /// Offset of the inode.
        offset: u64,
    },
    /// The contents of an inode are in chunks.
    #[error("the inode at offset {offset} is stored in chunks, which is not supported; make the image without chunks")]
    Chunked {
        /// Offset of the inode.
        offset: u64,
    },
    /// The mode of an inode has an unknown kind of file.
    #[error("the inode at offset {offset} is of no known kind")]
    InodeKind {
        /// Offset of the inode.
        offset: u64,
    },
    /// The nanoseconds of an inode are a second or more.
    #[error("the inode at offset {offset} has an impossible time")]
    InodeTime {
        /// Offset of the inode.
        offset: u64,
    },
    /// The contents of an inode lie outside the image, by their size or place.
    #[error("the contents of the inode at offset {offset} lie outside the image")]
    Extent {
        /// Offset of the inode.
        offset: u64,
    },
    /// An inode's inline tail does not fit in its block.
    #[error("the inline data of the inode at offset {offset} crosses a block's end")]
    InlineTail {
        /// Offset of the inode.
        offset: u64,
    },
    /// The node of a directory operation is not a directory.
    #[error("node {nid} is not a directory")]
    NotADirectory {
        /// The node number.
        nid: u64,
    },
    /// The node whose link target was asked for is not a symbolic link.
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
    /// The entries of a directory block are impossible: their number, or the place of a name.
    #[error("the directory block at offset {offset} is damaged")]
    DirectoryBlock {
        /// Offset of the block.
        offset: u64,
    },
    /// The name of an entry is empty, longer than 255 bytes, or contains `/` or NUL.
    #[error("a name in the directory block at offset {offset} is not allowed")]
    Name {
        /// Offset of the block.
        offset: u64,
    },
    /// A directory has no `..` entry.
    #[error("the directory at node {nid} has no `..` entry")]
    NoParent {
        /// The node number.
        nid: u64,
    },
}
