//! What an operation needs, and what it is told.

use alloc::vec::Vec;

use super::LateInode;
use crate::Error;
use crate::layer::{Effect, Listed, Performed};

/// Why an operation cannot go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It failed.
    Error(Error),
    /// It needs an answer, and is to be run again with it.
    Ask(Request),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// What an operation needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// A question. It may be asked again.
    Query(Query),
    /// A change. It is asked for once.
    Effect(Effect<Vec<u8>>),
}

/// A question about nodes, which are named by their numbers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Query {
    /// What a node is: [`Answer::Inode`].
    Inode {
        /// The node.
        node: u64,
    },
    /// What a name in a directory is: [`Answer::Found`].
    Lookup {
        /// The directory.
        directory: u64,
        /// The name.
        name: Vec<u8>,
    },
    /// Some of the entries that follow a cursor: [`Answer::Entries`].
    List {
        /// The directory.
        directory: u64,
        /// 0 for its start, or the cursor of an entry.
        cursor: u64,
    },
    /// Where a symbolic link points: [`Answer::Bytes`].
    ReadLink {
        /// The link.
        link: u64,
    },
    /// Bytes of a file: [`Answer::Bytes`], at least one and at most `length`; none at and after its end.
    Read {
        /// The file.
        file: u64,
        /// Where they begin.
        offset: u64,
        /// How many.
        length: u64,
    },
}

/// What is said to a [`Request`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// To [`Query::Inode`].
    Inode(LateInode),
    /// To [`Query::Lookup`]. `None`: there is no such name.
    Found(Option<LateInode>),
    /// To [`Query::List`].
    Entries {
        /// The next ones, with growing cursors.
        entries: Vec<Listed<Vec<u8>>>,
        /// There are no more.
        is_end: bool,
    },
    /// To [`Query::ReadLink`] and [`Query::Read`].
    Bytes(Vec<u8>),
    /// To [`Request::Effect`].
    Performed(Performed<LateInode>),
}
