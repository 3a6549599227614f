//! The sorted names in a directory of a tree.
//!
//! A map of the standard library cannot report a lack of memory, and filling a sorted list out of order takes long. So
//! this is a list of short sorted lists. Each is found by its first name, and split when it is full.

use alloc::boxed::Box;
use alloc::collections::TryReserveError;
use alloc::vec::Vec;

use crate::memory::{boxed, push};
use crate::tree::NodeIndex;

/// Maximum length of a short list. Moving half of one takes about as long as finding one.
const MOST: usize = 128;

/// A name and its node.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    name: Box<[u8]>,
    node: NodeIndex,
}

/// The names in a directory, in bytewise order, and their nodes.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// None is empty.
    lists: Vec<Vec<Entry>>,
    count: usize,
}

impl Names {
    pub(crate) const fn new() -> Self {
        Names { lists: Vec::new(), count: 0 }
    }

    /// Returns the number of names.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Returns whether there are no names.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Returns the node of a name.
    pub fn get(&self, name: &[u8]) -> Option<NodeIndex> {
        let (list, place) = self.find(name);
        Some(self.lists.get(list)?.get(place.ok()?)?.node)
    }

    /// Returns every name and its node, in bytewise order of the names.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&[u8], NodeIndex)> + Clone {
        self.lists.iter().flatten().map(|entry| (&*entry.name, entry.node))
    }

    /// Returns the nodes, in bytewise order of their names.
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = NodeIndex> + Clone {
        self.lists.iter().flatten().map(|entry| entry.node)
    }

    /// Adds a name. Returns `false` if it exists already. Without memory, nothing changes.
    pub(crate) fn insert(&mut self, name: &[u8], node: NodeIndex) -> Result<bool, TryReserveError> {
        let (list, place) = self.find(name);
        let Err(place) = place else { return Ok(false) };
        let entry = Entry { name: boxed(name)?, node };
        match self.lists.get_mut(list) {
            None => {
                let mut first = Vec::new();
                push(&mut first, entry)?;
                push(&mut self.lists, first)?;
            }
            Some(entries) if entries.len() < MOST => {
                entries.try_reserve(1)?;
                entries.insert(place, entry);
            }
            Some(_) => self.split(list, place, entry)?,
        }
        self.count += 1;
        Ok(true)
    }

    /// Splits a full short list in two and adds an entry, or adds the entry in front of the next list.
    fn split(&mut self, list: usize, place: usize, entry: Entry) -> Result<(), TryReserveError> {
        let is_behind = place == MOST;
        if let Some(next) = self.lists.get_mut(list + 1)
            && is_behind
            && next.len() < MOST
        {
            next.try_reserve(1)?;
            next.insert(0, entry);
            return Ok(());
        }
        let mut upper = Vec::new();
        upper.try_reserve_exact(MOST)?;
        self.lists.try_reserve(1)?;
        // Names that are added in order leave full lists behind.
        let keep = if is_behind && list + 1 == self.lists.len() { MOST } else { MOST / 2 };
        let lower = &mut self.lists[list];
        upper.extend(lower.drain(keep..));
        if place < keep {
            lower.insert(place, entry);
        } else {
            upper.insert(place - keep, entry);
        }
        self.lists.insert(list + 1, upper);
        Ok(())
    }

    /// Returns the short list for a name, and the place in it where the name is or would be.
    fn find(&self, name: &[u8]) -> (usize, Result<usize, usize>) {
        let list = self.lists.partition_point(|list| *list[0].name <= *name).saturating_sub(1);
        let Some(entries) = self.lists.get(list) else { return (0, Err(0)) };
        (list, entries.binary_search_by(|entry| (*entry.name).cmp(name)))
    }
}

/// Equal if names and nodes are the same, in whatever order they were added.
impl PartialEq for Names {
    fn eq(&self, other: &Self) -> bool {
        self.count == other.count && self.iter().eq(other.iter())
    }
}

impl Eq for Names {}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    fn of(names: impl Iterator<Item = alloc::string::String>) -> Names {
        let mut all = Names::new();
        for name in names {
            assert!(all.insert(name.as_bytes(), NodeIndex::default()).unwrap(), "{name}");
        }
        all
    }

    #[test]
    fn where_there_is_no_name_none_is_found() {
        assert_eq!(Names::new().get(b"a"), None);
        assert_eq!(of(["b".into()].into_iter()).get(b"a"), None);
    }

    #[test]
    fn names_in_any_order_fill_the_lists() {
        let up = || (0..10_000).map(|number| format!("z{number:05}"));
        let behind = (0..MOST).map(|number| format!("a{number:05}"));
        for names in [of(up()), of(up().rev()), of(behind.chain(up().rev()))] {
            assert!(names.lists.len() <= 2 * names.len() / MOST + 2, "{} lists of {}", names.lists.len(), names.len());
            assert!(names.iter().map(|(name, _)| name).is_sorted());
            assert!(names.get(b"z05000").is_some() && names.get(b"z").is_none());
        }
    }
}
