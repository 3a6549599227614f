//! Values that something had at the marks.

use alloc::vec::Vec;

use crate::Error;

/// Earlier values of something. Each is stored with the period in which it was replaced, so it is the value at the mark
/// before that. Between two entries there is always a mark.
pub(crate) struct History<V>(Vec<(u32, V)>);

impl<V: Copy> History<V> {
    /// Makes a history without changes.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Makes sure that [`History::note`] needs no memory.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    pub fn reserve(&mut self) -> Result<(), Error> {
        Ok(self.0.try_reserve(1)?)
    }

    /// Notes the current value before it changes in a period, unless a value was noted since the newest mark.
    pub fn note(&mut self, period: u32, newest_mark: u32, value: V) {
        if self.0.last().is_none_or(|(last, _)| *last <= newest_mark) && self.0.len() < self.0.capacity() {
            self.0.push((period, value));
        }
    }

    /// Returns the value at a mark. `None`: it has not changed since.
    pub fn at(&self, mark: u32) -> Option<&V> {
        self.since(mark).next()
    }

    /// Returns the values that were noted since a mark.
    pub fn since(&self, mark: u32) -> impl Iterator<Item = &V> {
        let start = self.0.partition_point(|(period, _)| *period <= mark);
        self.0.iter().skip(start).map(|(_, value)| value)
    }

    pub fn last_mut(&mut self) -> Option<&mut V> {
        self.0.last_mut().map(|(_, value)| value)
    }

    /// Removes changes that were undone.
    pub fn settle(&mut self, now: V)
    where
        V: PartialEq,
    {
        while self.0.last().is_some_and(|(_, value)| *value == now) {
            self.0.pop();
        }
    }

    /// Removes what only released marks need. `marks` has those that are left, sorted. `merge` adds a removed value to
    /// the one before it.
    pub fn trim(&mut self, marks: &[u32], merge: impl Fn(&mut V, V)) {
        let mut kept = 0_usize;
        for place in 0..self.0.len() {
            let Some(&(period, value)) = self.0.get(place) else { break };
            let before = kept.checked_sub(1).and_then(|before| self.0.get_mut(before));
            if let Some((before, earlier)) = before
                && !marks.iter().any(|mark| (*before..period).contains(mark))
            {
                merge(earlier, value);
                continue;
            }
            if let Some(here) = self.0.get_mut(kept) {
                *here = (period, value);
            }
            kept += 1;
        }
        self.0.truncate(kept);
    }
}

#[cfg(test)]
mod tests {
    use super::History;

    fn history(items: &[(u32, i32)]) -> History<i32> {
        History(items.to_vec())
    }

    #[test]
    fn what_there_was_at_a_mark_is_what_the_first_change_after_it_found() {
        let history = history(&[(1, 10), (4, 20), (6, 30)]);
        for (mark, value) in [(0, Some(10)), (1, Some(20)), (3, Some(20)), (4, Some(30)), (6, None), (9, None)] {
            assert_eq!(history.at(mark).copied(), value, "mark {mark}");
        }
    }

    #[test]
    fn only_the_first_change_after_a_mark_is_noted() {
        let mut history = History::new();
        for (period, newest_mark, value) in [(1, 0, 10), (1, 0, 11), (3, 2, 12), (3, 2, 13), (4, 2, 14)] {
            history.reserve().unwrap();
            history.note(period, newest_mark, value);
        }
        assert_eq!(history.0, [(1, 10), (3, 12)]);
    }

    #[test]
    fn marks_that_are_gone_leave_nothing() {
        let mut sums = history(&[(1, 1), (2, 2), (3, 4), (5, 8)]);
        sums.trim(&[1, 3], |sum, value| *sum += value);
        assert_eq!(sums.0, [(1, 1), (2, 6), (5, 8)]);
        sums.trim(&[], |sum, value| *sum += value);
        assert_eq!(sums.0, [(1, 15)]);
    }

    #[test]
    fn what_was_taken_back_is_no_change() {
        let mut history = history(&[(1, 7), (2, 9), (3, 8)]);
        history.settle(8);
        assert_eq!(history.0, [(1, 7), (2, 9)]);
        history.settle(7);
        assert_eq!(history.0, [(1, 7), (2, 9)]);
    }
}
