//! Notes that are found by a key, and listed in the order of the last change of their subjects.

use alloc::vec::Vec;

use hashbrown::HashTable;

use crate::Error;

/// Marks the absence of a place.
pub(crate) const NONE: u32 = u32::MAX;

/// A note in a place that stays the same as long as the note exists.
struct Place<T> {
    note: Option<T>,
    hash: u64,
    /// The period of the last change; 0 for none, and then the note is not in the list.
    period: u32,
    /// The note that was changed next after this one.
    newer: u32,
    /// The note that was changed last before this one; for a free place, the next free one.
    older: u32,
}

/// Notes of one kind.
pub(crate) struct Ledger<T> {
    places: Vec<Place<T>>,
    /// Head of the list of free places.
    free: u32,
    /// Number of free places.
    free_count: usize,
    index: HashTable<u32>,
    /// The note that was changed last.
    newest: u32,
    /// Counts the notes that were looked at, for tests of the cost.
    #[cfg(test)]
    pub steps: core::cell::Cell<u64>,
}

impl<T> Ledger<T> {
    pub const fn new() -> Self {
        Self {
            places: Vec::new(),
            free: NONE,
            free_count: 0,
            index: HashTable::new(),
            newest: NONE,
            #[cfg(test)]
            steps: core::cell::Cell::new(0),
        }
    }

    /// Returns the number of notes.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    fn place(&self, place: u32) -> Option<&Place<T>> {
        #[cfg(test)]
        self.steps.set(self.steps.get() + 1);
        self.places.get(place as usize)
    }

    pub fn get(&self, place: u32) -> Option<&T> {
        self.place(place)?.note.as_ref()
    }

    pub fn get_mut(&mut self, place: u32) -> Option<&mut T> {
        #[cfg(test)]
        self.steps.set(self.steps.get() + 1);
        self.places.get_mut(place as usize)?.note.as_mut()
    }

    pub fn find(&self, hash: u64, is_it: impl Fn(&T) -> bool) -> Option<u32> {
        self.index.find(hash, |&place| self.get(place).is_some_and(&is_it)).copied()
    }

    /// Makes sure that the next `more` calls of [`Ledger::insert`] need no memory.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    /// - [`Error::InsufficientSpace`]: there are too many places.
    pub fn reserve(&mut self, more: usize) -> Result<(), Error> {
        let new = more.saturating_sub(self.free_count);
        if self.places.len().saturating_add(new) >= NONE as usize {
            return Err(Error::InsufficientSpace);
        }
        self.places.try_reserve(new)?;
        let Self { places, index, .. } = self;
        index.try_reserve(more, |&place| places.get(place as usize).map_or(0, |place| place.hash))?;
        Ok(())
    }

    /// Adds a note that is not in the ledger, after [`Ledger::reserve`].
    pub fn insert(&mut self, hash: u64, note: T) -> u32 {
        let new = Place { note: Some(note), hash, period: 0, newer: NONE, older: NONE };
        let mut number = self.free;
        if let Some(place) = self.places.get_mut(number as usize) {
            self.free = place.older;
            self.free_count -= 1;
            *place = new;
        } else {
            number = self.places.len() as u32;
            self.places.push(new);
        }
        let Self { places, index, .. } = self;
        index.insert_unique(hash, number, |&place| places.get(place as usize).map_or(0, |place| place.hash));
        number
    }

    /// Removes a note.
    pub fn remove(&mut self, number: u32) {
        let Some(hash) = self.place(number).filter(|place| place.note.is_some()).map(|place| place.hash) else {
            return;
        };
        self.unlist(number);
        if let Ok(found) = self.index.find_entry(hash, |&place| place == number) {
            found.remove();
        }
        if let Some(place) = self.places.get_mut(number as usize) {
            (place.note, place.period, place.older) = (None, 0, self.free);
            self.free = number;
            self.free_count += 1;
        }
    }

    /// Records that a note's subject was changed, in a period that is not before any other.
    pub fn touch(&mut self, number: u32, period: u32) {
        if self.newest != number {
            self.unlist(number);
            let newest = self.newest;
            if let Some(before) = self.places.get_mut(newest as usize) {
                before.newer = number;
            }
            if let Some(place) = self.places.get_mut(number as usize) {
                (place.newer, place.older) = (NONE, newest);
                self.newest = number;
            }
        }
        if let Some(place) = self.places.get_mut(number as usize) {
            place.period = period;
        }
    }

    /// Records that a note's subject is again as it was at all marks.
    pub fn forget_change(&mut self, number: u32) {
        self.unlist(number);
        if let Some(place) = self.places.get_mut(number as usize) {
            place.period = 0;
        }
    }

    fn unlist(&mut self, number: u32) {
        let Some(place) = self.places.get(number as usize).filter(|place| place.period > 0) else { return };
        let (newer, older) = (place.newer, place.older);
        match self.places.get_mut(newer as usize) {
            Some(newer) => newer.older = older,
            None => self.newest = older,
        }
        if let Some(older) = self.places.get_mut(older as usize) {
            older.newer = newer;
        }
    }

    /// Returns the note that was changed last, if that was after a mark.
    pub fn newest(&self, mark: u32) -> Option<u32> {
        self.place(self.newest).filter(|place| place.period > mark).map(|_| self.newest)
    }

    /// Returns the note that was changed before `number`, if that was after a mark.
    pub fn older(&self, number: u32, mark: u32) -> Option<u32> {
        let older = self.place(number)?.older;
        self.place(older).filter(|place| place.period > mark).map(|_| older)
    }

    /// Returns all notes that were changed after a mark, the last one first.
    pub fn since(&self, mark: u32) -> impl Iterator<Item = u32> {
        core::iter::successors(self.newest(mark), move |number| self.older(*number, mark))
    }

    /// Returns all notes, unsorted.
    pub fn all(&self) -> impl Iterator<Item = (u32, &T)> {
        self.places.iter().enumerate().filter_map(|(number, place)| Some((number as u32, place.note.as_ref()?)))
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::Ledger;

    fn since(ledger: &Ledger<u32>, mark: u32) -> Vec<u32> {
        ledger.since(mark).filter_map(|place| ledger.get(place).copied()).collect()
    }

    #[test]
    fn the_order_is_that_of_the_last_changes() {
        let mut ledger = Ledger::new();
        ledger.reserve(4).unwrap();
        let places: Vec<_> = (0..4).map(|note| ledger.insert(u64::from(note), note)).collect();
        assert_eq!(since(&ledger, 0), []);
        for (note, period) in [(0, 1), (1, 1), (2, 2), (0, 3), (0, 3)] {
            ledger.touch(places[note], period);
        }
        assert_eq!(since(&ledger, 0), [0, 2, 1]);
        assert_eq!(since(&ledger, 1), [0, 2]);
        ledger.remove(places[2]);
        assert_eq!(since(&ledger, 0), [0, 1]);
        ledger.remove(places[0]);
        assert_eq!(since(&ledger, 0), [1]);
        ledger.touch(places[3], 4);
        ledger.remove(places[1]);
        assert_eq!(since(&ledger, 0), [3]);
    }

    #[test]
    fn places_are_used_again() {
        let mut ledger = Ledger::new();
        for round in 0..100_u32 {
            ledger.reserve(1).unwrap();
            let place = ledger.insert(u64::from(round % 3), round);
            assert_eq!((place, ledger.find(u64::from(round % 3), |note| *note == round)), (0, Some(0)));
            ledger.touch(place, round + 1);
            ledger.remove(place);
            assert_eq!((ledger.len(), ledger.find(u64::from(round % 3), |_| true)), (0, None));
        }
    }
}
