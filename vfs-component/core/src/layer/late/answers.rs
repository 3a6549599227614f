//! The answers of one operation.

use alloc::vec::Vec;

use super::{Answer, LateInode, Query, Request};
use crate::Error;
use crate::layer::{Listed, Performed};

/// Largest number of answers for one operation. If an operation asks for more, the layer leads it in a circle.
const MOST: usize = 1 << 20;
/// Largest node number and cursor. Larger numbers are those of the upper layer.
const LARGEST: u64 = (1 << 63) - 1;
/// Largest number of restarts of an operation because answers contradict each other.
const MOST_RESTARTS: u32 = 8;

/// The answers that one operation, or one pass over a directory, has so far.
#[derive(Debug, Default)]
pub struct Answers {
    /// Sorted by question.
    queries: Vec<(Query, Result<Answer, Error>)>,
    /// The nodes that answers told of, sorted by number.
    inodes: Vec<LateInode>,
    /// The numbers of nodes that answers told of which were forgotten.
    forgotten: Vec<u64>,
    performed: Option<Result<Performed<LateInode>, Error>>,
    /// The slot for the node that an effect opens, taken before the effect is requested.
    pub(crate) held: Option<u32>,
    asked: usize,
    restarts: u32,
}

impl Answers {
    /// Makes an empty set of answers.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            queries: Vec::new(),
            inodes: Vec::new(),
            forgotten: Vec::new(),
            performed: None,
            held: None,
            asked: 0,
            restarts: 0,
        }
    }

    /// Adds the answer to a request that stopped an attempt.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: an allocation failed. Not for the answer to an effect.
    /// - [`Error::Io`]: the answer does not fit the request, or the operation has asked for a million answers.
    pub fn add(&mut self, request: Request, answer: Result<Answer, Error>) -> Result<(), Error> {
        match (request, answer) {
            (Request::Effect(_), answer) => {
                self.performed = Some(match answer {
                    Ok(Answer::Performed(Performed::Opened(inode))) if inode.number > LARGEST => Err(Error::Io),
                    Ok(Answer::Performed(performed)) => {
                        // Without memory for its number, the node stays until the layer goes, if it is not used.
                        if let Performed::Opened(inode) = performed {
                            let _ = self.know(inode);
                        }
                        Ok(performed)
                    }
                    Ok(_) => Err(Error::Io),
                    Err(error) => Err(error),
                });
                Ok(())
            }
            (Request::Query(query), answer) => self.add_query(query, answer),
        }
    }

    fn add_query(&mut self, query: Query, answer: Result<Answer, Error>) -> Result<(), Error> {
        self.asked += 1;
        if self.asked > MOST {
            return Err(Error::Io);
        }
        let answer = answer.and_then(|answer| if fits(&query, &answer) { Ok(answer) } else { Err(Error::Io) });
        if let Ok(Answer::Inode(inode) | Answer::Found(Some(inode))) = &answer {
            self.know(*inode)?;
        }
        match self.queries.binary_search_by(|(known, _)| known.cmp(&query)) {
            Ok(place) => {
                if let Some((_, known)) = self.queries.get_mut(place) {
                    *known = answer;
                }
            }
            Err(place) => {
                self.queries.try_reserve(1)?;
                self.queries.insert(place, (query, answer));
            }
        }
        Ok(())
    }

    /// Keeps what an answer told of a node.
    fn know(&mut self, inode: LateInode) -> Result<(), Error> {
        match self.inodes.binary_search_by_key(&inode.number, |known| known.number) {
            Ok(place) => {
                if let Some(known) = self.inodes.get_mut(place) {
                    *known = inode;
                }
            }
            Err(place) => {
                self.inodes.try_reserve(1)?;
                self.inodes.insert(place, inode);
            }
        }
        Ok(())
    }

    /// Returns the numbers of the nodes that answers told of.
    pub fn told(&self) -> impl Iterator<Item = u64> {
        self.inodes.iter().map(|inode| inode.number).chain(self.forgotten.iter().copied())
    }

    /// Returns whether the operation has asked for something.
    pub(super) fn has_asked(&self) -> bool {
        self.asked > 0
    }

    /// Returns the inode of a node, if an answer told of it.
    pub(super) fn inode(&self, number: u64) -> Option<&LateInode> {
        let place = self.inodes.binary_search_by_key(&number, |known| known.number).ok()?;
        self.inodes.get(place)
    }

    /// Returns the answer to a question.
    pub(super) fn get(&self, query: &Query) -> Option<Result<&Answer, Error>> {
        let place = self.queries.binary_search_by(|(known, _)| known.cmp(query)).ok()?;
        self.queries.get(place).map(|(_, answer)| answer.as_ref().map_err(|error| *error))
    }

    /// Returns the last question that is not greater than `query`, and its answer.
    pub(super) fn last_up_to(&self, query: &Query) -> Option<(&Query, Result<&Answer, Error>)> {
        let after = self.queries.partition_point(|(known, _)| known <= query);
        let (known, answer) = self.queries.get(after.checked_sub(1)?)?;
        Some((known, answer.as_ref().map_err(|error| *error)))
    }

    /// Takes the answer to the effect. Returns it only once.
    pub(super) fn take_performed(&mut self) -> Option<Result<Performed<LateInode>, Error>> {
        self.performed.take()
    }

    /// Forgets answers that are errors, after the operation has returned them, so that a pass over a directory can ask
    /// again.
    pub(super) fn forget_errors(&mut self) {
        self.queries.retain(|(_, answer)| answer.is_ok());
    }

    /// Forgets the answers to questions. Returns `false` if that was done too often.
    pub(super) fn restart(&mut self) -> bool {
        self.queries.clear();
        // Without memory for the numbers, the nodes stay until the layer goes.
        if self.forgotten.try_reserve(self.inodes.len()).is_ok() {
            self.forgotten.extend(self.inodes.iter().map(|inode| inode.number));
        }
        self.inodes.clear();
        self.restarts += 1;
        self.restarts <= MOST_RESTARTS
    }
}

/// Returns whether an answer fits the question, and can be true.
fn fits(query: &Query, answer: &Answer) -> bool {
    match (query, answer) {
        (Query::Inode { node } | Query::BeforeChange { node }, Answer::Inode(inode)) => inode.number == *node,
        (Query::Open { .. } | Query::OpenListing { .. }, Answer::Inode(inode)) => inode.number <= LARGEST,
        (Query::Identity { .. }, Answer::Identity(_)) => true,
        (Query::Lookup { .. }, Answer::Found(found)) => found.is_none_or(|inode| inode.number <= LARGEST),
        (Query::ReadLink { .. }, Answer::Bytes(_)) => true,
        (Query::List { cursor, .. }, Answer::Entries { entries, is_end }) => {
            (*is_end || !entries.is_empty()) && are_entries(entries, *cursor)
        }
        (Query::Read { length, .. }, Answer::Bytes(bytes)) => bytes.len() as u64 <= *length,
        _ => false,
    }
}

/// Returns whether the cursors grow and the names are possible names.
fn are_entries(entries: &[Listed<Vec<u8>>], mut cursor: u64) -> bool {
    entries.iter().all(|entry| {
        let name = entry.name.as_slice();
        let can_be =
            !matches!(name, b"" | b"." | b"..") && name.len() <= 255 && !name.contains(&b'/') && !name.contains(&0);
        let grows = entry.cursor > cursor && entry.cursor <= LARGEST;
        cursor = entry.cursor;
        can_be && grows && entry.node.number <= LARGEST
    })
}
