//! What is wrong with an image, and where.

use std::borrow::Cow;
use std::format;
use std::string::String;

use crate::ImageError;

/// The first thing found in an image that cannot be true.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{path}`: {problem}")]
pub struct Damage {
    /// Path from `/` of the file or directory it was found at; bytes that cannot be shown are escaped.
    pub path: String,
    /// What it is. Not its `source`: it is part of the message.
    pub problem: Problem,
}

/// What is wrong. Offsets are bytes from the image's start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// Something the reader refuses to read.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// The superblock's block is not what it was when the checksum was made.
    #[error("the superblock at offset 1024 has the checksum {stored:#010x}, but its bytes give {computed:#010x}")]
    Checksum {
        /// The checksum in the superblock.
        stored: u32,
        /// The checksum of what is there.
        computed: u32,
    },
    /// The root's inode is not a directory.
    #[error("the root, the inode at offset {offset}, is not a directory")]
    RootKind {
        /// Where the inode is.
        offset: u64,
    },
    /// A directory is in two places, or inside itself.
    #[error("the directory at offset {offset} has a second name, or contains itself")]
    DirectoryTwice {
        /// Where its inode is.
        offset: u64,
    },
    /// Directories are together larger than the image, so they lie in each other.
    #[error("the directory at offset {offset} and those before it are together larger than the image")]
    DirectoriesTooLarge {
        /// Where the inode is of the one that is too much.
        offset: u64,
    },
    /// A path is longer than 65,535 bytes.
    #[error("the path to the inode at offset {offset} is longer than 65535 bytes")]
    TooDeep {
        /// Where the inode is.
        offset: u64,
    },
    /// A directory's names are not in bytewise order, or a name is there twice.
    #[error("a name in the directory block at offset {offset} is out of order, or there twice")]
    Order {
        /// Where the block is.
        offset: u64,
    },
    /// A directory has no `.` entry, or it names something else.
    #[error("the directory at offset {offset} has no `.` entry that names itself")]
    Dot {
        /// Where the inode is.
        offset: u64,
    },
    /// A directory has no `..` entry, or it names something else than its parent.
    #[error("the directory at offset {offset} has no `..` entry that names its parent")]
    DotDot {
        /// Where the inode is.
        offset: u64,
    },
    /// A directory entry and the inode it names do not agree on its kind.
    #[error("an entry in the directory block at offset {offset} gives a kind that its node is not of")]
    EntryKind {
        /// Where the block is.
        offset: u64,
    },
    /// A symbolic link's target has a NUL in it.
    #[error("the target of the symbolic link at offset {offset} has a NUL in it")]
    LinkTarget {
        /// Where the inode is.
        offset: u64,
    },
    /// An inode's number of links is not its number of names.
    #[error("the inode at offset {offset} counts {stored} links, but has {found}")]
    Links {
        /// Where the inode is.
        offset: u64,
        /// The number in the inode.
        stored: u32,
        /// The number of names; for a directory, of directories that name it.
        found: u32,
    },
    /// Metadata lies where something else does. (Files may share their contents.)
    #[error("the bytes at offset {offset} are used for two things")]
    Overlap {
        /// Where the second begins.
        offset: u64,
    },
}

impl Damage {
    /// `path` counts from the root and has no `/` at its start.
    pub(crate) fn new(path: &[u8], problem: impl Into<Problem>) -> Self {
        Damage { path: format!("/{}", printable(path)), problem: problem.into() }
    }
}

/// A name or path as it can be shown: what is not UTF-8 is replaced, control characters are escaped.
pub fn printable(name: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(name);
    if !text.contains(char::is_control) {
        return text;
    }
    let mut shown = String::new();
    for character in text.chars() {
        if character.is_control() { shown.extend(character.escape_default()) } else { shown.push(character) }
    }
    Cow::Owned(shown)
}
