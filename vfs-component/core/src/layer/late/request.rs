//! Requests of an operation, and their answers.

use alloc::vec::Vec;

use super::LateInode;
use crate::layer::{Effect, Listed, Performed};
use crate::{DescriptorFlags, Error};

/// The reason why an operation stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It failed.
    Error(Error),
    /// It needs an answer. Run it again with that.
    Ask(Request),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// Something that an operation needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// A question. It may be repeated.
    Query(Query),
    /// A change. It must be made only once.
    Effect(Effect<Vec<u8>>),
}

/// A question about nodes, which are identified by their numbers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Query {
    /// Asks for a node; answered with [`Answer::Inode`].
    Inode {
        /// The node.
        node: u64,
    },
    /// Opens a live file or directory; answered with [`Answer::Inode`]. What is open may have a number of its own if its
    /// changes pass through. If the answer is not used, what is open is released.
    Open {
        /// The node.
        node: u64,
        /// What it is opened for.
        flags: DescriptorFlags,
    },
    /// Opens a directory for one pass over its entries; answered as [`Query::Open`] is.
    OpenListing {
        /// The directory.
        directory: u64,
    },
    /// Asks for a number that tells a node from all others, under whatever number it was told of; answered with
    /// [`Answer::Identity`].
    Identity {
        /// The node.
        node: u64,
    },
    /// Asks for a node that the tree is about to change, so that it can be told from all others afterwards, whatever becomes
    /// of its names; answered as [`Query::Inode`] is.
    BeforeChange {
        /// The node.
        node: u64,
    },
    /// Looks up a name in a directory; answered with [`Answer::Found`].
    Lookup {
        /// The directory.
        directory: u64,
        /// The name.
        name: Vec<u8>,
    },
    /// Asks for some of the entries after a cursor; answered with [`Answer::Entries`].
    List {
        /// The directory.
        directory: u64,
        /// The cursor of the entry before; 0 for the start.
        cursor: u64,
    },
    /// Asks for the target of a symbolic link; answered with [`Answer::Bytes`].
    ReadLink {
        /// The link.
        link: u64,
    },
    /// Asks for bytes of a file: at least one and at most `length`, none at and after its end; answered with
    /// [`Answer::Bytes`].
    Read {
        /// The file.
        file: u64,
        /// Offset of the first byte.
        offset: u64,
        /// Largest number of bytes.
        length: u64,
    },
}

/// The answer to a [`Request`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Answers [`Query::Inode`], [`Query::Open`] and [`Query::OpenListing`].
    Inode(LateInode),
    /// Answers [`Query::Identity`].
    Identity(u64),
    /// Answers [`Query::Lookup`]. `None`: the name does not exist.
    Found(Option<LateInode>),
    /// Answers [`Query::List`].
    Entries {
        /// The next entries, with growing cursors.
        entries: Vec<Listed<Vec<u8>>>,
        /// Whether there are no more entries.
        is_end: bool,
    },
    /// Answers [`Query::ReadLink`] and [`Query::Read`].
    Bytes(Vec<u8>),
    /// Answers [`Request::Effect`].
    Performed(Performed<LateInode>),
}
