//! Faults of an image, and their places.

use std::borrow::Cow;
use std::format;
use std::string::String;

use crate::ImageError;

/// The first fault that was found in an image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{path}`: {problem}")]
pub struct Damage {
    /// Path from `/` of the damaged file or directory; bytes that cannot be shown are escaped.
    pub path: String,
    /// The fault. It is not the `source`, because the message contains it.
    pub problem: Problem,
}

/// A fault. Offsets are bytes from the image's start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The reader refuses a part of the image.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// The superblock's block differs from what its checksum was made of.
    #[error("the superblock at offset 1024 has the checksum {stored:#010x}, but its bytes give {computed:#010x}")]
    Checksum {
        /// The checksum in the superblock.
        stored: u32,
        /// The checksum of the block.
        computed: u32,
    },
    /// The root's inode is not a directory.
    #[error("the root, the inode at offset {offset}, is not a directory")]
    RootKind {
        /// Offset of the inode.
        offset: u64,
    },
    /// A directory is in two places, or inside itself.
    #[error("the directory at offset {offset} has a second name, or contains itself")]
    DirectoryTwice {
        /// Offset of its inode.
        offset: u64,
    },
    /// The directories together are larger than the image, so they overlap.
    #[error("the directory at offset {offset} and those before it are together larger than the image")]
    DirectoriesTooLarge {
        /// Offset of the inode of the first directory beyond that size.
        offset: u64,
    },
    /// A path is longer than 65,535 bytes.
    #[error("the path to the inode at offset {offset} is longer than 65535 bytes")]
    TooDeep {
        /// Offset of the inode.
        offset: u64,
    },
    /// Names in a directory are not in bytewise order, or one occurs twice.
    #[error("a name in the directory block at offset {offset} is out of order, or there twice")]
    Order {
        /// Offset of the block.
        offset: u64,
    },
    /// A directory has no `.` entry, or its node is another one.
    #[error("the directory at offset {offset} has no `.` entry that names itself")]
    Dot {
        /// Offset of the inode.
        offset: u64,
    },
    /// A directory has no `..` entry, or its node is not the parent.
    #[error("the directory at offset {offset} has no `..` entry that names its parent")]
    DotDot {
        /// Offset of the inode.
        offset: u64,
    },
    /// A directory entry and the inode it names do not agree on its kind.
    #[error("an entry in the directory block at offset {offset} gives a kind that its node is not of")]
    EntryKind {
        /// Offset of the block.
        offset: u64,
    },
    /// A symbolic link's target has a NUL in it.
    #[error("the target of the symbolic link at offset {offset} has a NUL in it")]
    LinkTarget {
        /// Offset of the inode.
        offset: u64,
    },
    /// An inode's number of links is not its number of names.
    #[error("the inode at offset {offset} counts {stored} links, but has {found}")]
    Links {
        /// Offset of the inode.
        offset: u64,
        /// The number in the inode.
        stored: u32,
        /// The number of names; for a directory, the number of directories that name it.
        found: u32,
    },
    /// Metadata overlaps something else. (Files may share their contents.)
    #[error("the bytes at offset {offset} are used for two things")]
    Overlap {
        /// Offset of the second one.
        offset: u64,
    },
}

impl Damage {
    /// Makes a fault. `path` is relative to the root, without a `/` at its start.
    pub(crate) fn new(path: &[u8], problem: impl Into<Problem>) -> Self {
        Damage { path: format!("/{}", printable(path)), problem: problem.into() }
    }
}

/// Makes a name or path printable: replaces what is not UTF-8, and escapes control characters.
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
