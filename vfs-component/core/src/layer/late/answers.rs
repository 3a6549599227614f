//! The answers of one operation.

use alloc::vec::Vec;

use super::{Answer, LateInode, Query, Request};
use crate::Error;
use crate::layer::{Listed, Performed};

/// Most answers of one operation. One that asks for more goes round in a circle that the layer leads it in.
const MOST: usize = 1 << 20;
/// How often an operation starts from nothing where answers contradict each other.
const MOST_RESTARTS: u32 = 8;

/// What one operation, or one pass over a directory, was told so far.
#[derive(Debug, Default)]
pub struct Answers {
    /// By question.
    queries: Vec<(Query, Result<Answer, Error>)>,
    /// What was told of nodes on the way, by number.
    inodes: Vec<LateInode>,
    performed: Option<Result<Performed<LateInode>, Error>>,
    /// The place of the node that an effect opens, taken before it is asked for.
    pub(crate) held: Option<u32>,
    asked: usize,
    restarts: u32,
}

impl Answers {
    /// None yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { queries: Vec::new(), inodes: Vec::new(), performed: None, held: None, asked: 0, restarts: 0 }
    }

    /// Adds the answer to a request that an attempt has stopped with.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: an allocation failed. Not for the answer to an effect.
    /// - [`Error::Io`]: it does not answer the request; or the operation has asked for a million answers.
    pub fn add(&mut self, request: Request, answer: Result<Answer, Error>) -> Result<(), Error> {
        match (request, answer) {
            (Request::Effect(_), answer) => {
                self.performed = Some(match answer {
                    Ok(Answer::Performed(performed)) => Ok(performed),
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
            match self.inodes.binary_search_by_key(&inode.number, |known| known.number) {
                Ok(place) => {
                    if let Some(known) = self.inodes.get_mut(place) {
                        *known = *inode;
                    }
                }
                Err(place) => {
                    self.inodes.try_reserve(1)?;
                    self.inodes.insert(place, *inode);
                }
            }
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

    /// What is known of a node.
    pub(super) fn inode(&self, number: u64) -> Option<&LateInode> {
        let place = self.inodes.binary_search_by_key(&number, |known| known.number).ok()?;
        self.inodes.get(place)
    }

    /// The answer to a question.
    pub(super) fn get(&self, query: &Query) -> Option<Result<&Answer, Error>> {
        let place = self.queries.binary_search_by(|(known, _)| known.cmp(query)).ok()?;
        self.queries.get(place).map(|(_, answer)| answer.as_ref().map_err(|error| *error))
    }

    /// The last question up to `query`, in their order, and its answer.
    pub(super) fn last_up_to(&self, query: &Query) -> Option<(&Query, Result<&Answer, Error>)> {
        let after = self.queries.partition_point(|(known, _)| known <= query);
        let (known, answer) = self.queries.get(after.checked_sub(1)?)?;
        Some((known, answer.as_ref().map_err(|error| *error)))
    }

    /// The answer to the effect, once.
    pub(super) fn take_performed(&mut self) -> Option<Result<Performed<LateInode>, Error>> {
        self.performed.take()
    }

    /// Forgets the answers to questions. `false`: that was done often enough.
    pub(super) fn restart(&mut self) -> bool {
        self.queries.clear();
        self.inodes.clear();
        self.restarts += 1;
        self.restarts <= MOST_RESTARTS
    }
}

/// Whether an answer is one to this question, and can be true.
fn fits(query: &Query, answer: &Answer) -> bool {
    match (query, answer) {
        (Query::Inode { node }, Answer::Inode(inode)) => inode.number == *node,
        (Query::Lookup { .. }, Answer::Found(_)) | (Query::ReadLink { .. }, Answer::Bytes(_)) => true,
        (Query::List { cursor, .. }, Answer::Entries { entries, is_end }) => {
            (*is_end || !entries.is_empty()) && are_entries(entries, *cursor)
        }
        (Query::Read { length, .. }, Answer::Bytes(bytes)) => bytes.len() as u64 <= *length,
        _ => false,
    }
}

/// Whether the cursors grow and the names can be names.
fn are_entries(entries: &[Listed<Vec<u8>>], mut cursor: u64) -> bool {
    entries.iter().all(|entry| {
        let name = entry.name.as_slice();
        let can_be =
            !matches!(name, b"" | b"." | b"..") && name.len() <= 255 && !name.contains(&b'/') && !name.contains(&0);
        let grows = entry.cursor > cursor;
        cursor = entry.cursor;
        can_be && grows
    })
}
