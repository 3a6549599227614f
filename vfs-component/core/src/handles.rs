//! A table of an app's handles, by numbers that are hard to confuse.

use alloc::vec::Vec;

use crate::Error;

const SLOT_BITS: u32 = 20;
const SLOTS: usize = 1 << SLOT_BITS;
const LAST_GENERATION: u16 = (1 << 10) - 1;

/// Number of places that [`Handles::reserve`] keeps for callers that cannot report a lack of memory.
pub const SPARE: usize = 64;

/// Number of handles beside those that a table has room for when it is made: most apps have no more at a time.
const FEW: usize = 8;

/// A table of handles.
///
/// A number has its slot in bits 0 to 19 and the slot's generation, never 0, in bits 20 to 29. So no number is 0, and a
/// stale number is not mistaken for its successor until its slot was used 1023 more times. Callers may use bits 30 and
/// 31 as marks.
#[derive(Debug)]
pub struct Handles<H> {
    slots: Vec<Slot<H>>,
    free: Option<u32>,
    used: usize,
}

#[derive(Debug)]
struct Slot<H> {
    generation: u16,
    content: Content<H>,
}

#[derive(Debug)]
enum Content<H> {
    Free { next: Option<u32> },
    Used(H),
}

impl<H> Default for Handles<H> {
    fn default() -> Self {
        Self { slots: Vec::new(), free: None, used: 0 }
    }
}

impl<H> Handles<H> {
    /// Makes room, so that the next [`Handles::insert`] cannot fail and [`SPARE`] places stay free.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: the table is full or cannot grow.
    #[inline]
    pub fn reserve(&mut self) -> Result<(), Error> {
        if self.room() > SPARE { Ok(()) } else { self.grow() }
    }

    /// Returns how many more handles fit without an allocation.
    fn room(&self) -> usize {
        self.slots.capacity().min(SLOTS) - self.used
    }

    #[cold]
    fn grow(&mut self) -> Result<(), Error> {
        let wanted = self.used + SPARE + FEW;
        if wanted > SLOTS {
            return Err(Error::InsufficientMemory);
        }
        let more = wanted.saturating_sub(self.slots.len());
        self.slots.try_reserve(more).or_else(|_| self.slots.try_reserve_exact(more)).map_err(Error::from)
    }

    /// Stores a handle and returns its number. Cannot fail after [`Handles::reserve`].
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: the spare places are used up, and the table is full or cannot grow.
    pub fn insert(&mut self, handle: H) -> Result<u32, Error> {
        if self.room() == 0 {
            self.grow()?;
        }
        self.used += 1;
        if let Some(index) = self.free
            && let Some(slot) = self.slots.get_mut(index as usize)
            && let Content::Free { next } = slot.content
        {
            self.free = next;
            slot.generation = if slot.generation == LAST_GENERATION { 1 } else { slot.generation + 1 };
            slot.content = Content::Used(handle);
            return Ok(number(index, slot.generation));
        }
        let index = self.slots.len() as u32;
        self.slots.push(Slot { generation: 1, content: Content::Used(handle) });
        Ok(number(index, 1))
    }

    /// Returns the handle with this number.
    pub fn get(&self, number: u32) -> Option<&H> {
        let slot = self.slots.get(index(number)).filter(|slot| slot.is_of(number))?;
        if let Content::Used(handle) = &slot.content { Some(handle) } else { None }
    }

    /// Returns the handle with this number.
    pub fn get_mut(&mut self, number: u32) -> Option<&mut H> {
        let slot = self.slots.get_mut(index(number)).filter(|slot| slot.is_of(number))?;
        if let Content::Used(handle) = &mut slot.content { Some(handle) } else { None }
    }

    /// Removes a number, and returns its handle.
    pub fn take(&mut self, number: u32) -> Option<H> {
        let next = self.free;
        let slot = self.slots.get_mut(index(number)).filter(|slot| slot.is_of(number))?;
        let Content::Used(handle) = core::mem::replace(&mut slot.content, Content::Free { next }) else { return None };
        self.free = Some(index(number) as u32);
        self.used -= 1;
        Some(handle)
    }
}

impl<H> Slot<H> {
    fn is_of(&self, number: u32) -> bool {
        u32::from(self.generation) == number >> SLOT_BITS
    }
}

fn number(index: u32, generation: u16) -> u32 {
    index | u32::from(generation) << SLOT_BITS
}

fn index(number: u32) -> usize {
    number as usize & (SLOTS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_its_handles_and_never_0() {
        let mut handles = Handles::default();
        let numbers: Vec<u32> = (0..200).map(|handle| handles.insert(handle).unwrap()).collect();
        for (handle, number) in numbers.iter().enumerate() {
            assert_ne!(*number, 0);
            assert_eq!(*number >> 30, 0, "the bits that are the caller's");
            assert_eq!(handles.get(*number), Some(&handle));
            assert_eq!(handles.get_mut(*number).copied(), Some(handle));
        }
    }

    #[test]
    fn a_stale_number_is_nobodys() {
        let mut handles = Handles::default();
        let first = handles.insert('a').unwrap();
        assert_eq!(handles.take(first), Some('a'));
        assert_eq!(handles.take(first), None);
        assert_eq!(handles.get(first), None);
        let second = handles.insert('b').unwrap();
        assert_eq!(second & (SLOTS as u32 - 1), first & (SLOTS as u32 - 1), "the slot is used again");
        assert_ne!(second, first);
        assert_eq!(handles.get(first), None);
        assert_eq!(handles.get_mut(first), None);
        assert_eq!(handles.take(first), None);
        assert_eq!(handles.take(second), Some('b'));
    }

    #[test]
    fn what_is_no_number_is_nobodys() {
        let mut handles = Handles::default();
        let number = handles.insert(()).unwrap();
        for wrong in [0, 1, u32::MAX, number | 1 << 30, number | 1 << 31, number + 1] {
            assert!(handles.get(wrong).is_none());
            assert!(handles.get_mut(wrong).is_none());
            assert!(handles.take(wrong).is_none());
        }
        assert_eq!(handles.take(number), Some(()));
    }

    #[test]
    fn generations_begin_again_without_0() {
        let mut handles = Handles::default();
        let first = handles.insert(0).unwrap();
        let mut number = first;
        for _ in 0..LAST_GENERATION {
            assert!(handles.take(number).is_some());
            number = handles.insert(0).unwrap();
            assert_ne!(number >> SLOT_BITS, 0);
        }
        assert_eq!(number, first);
    }

    #[test]
    fn slots_are_used_again_before_new_ones() {
        let mut handles = Handles::default();
        let numbers: Vec<u32> = (0..100).map(|handle| handles.insert(handle).unwrap()).collect();
        for number in &numbers {
            assert!(handles.take(*number).is_some());
        }
        let mut again: Vec<usize> = (0..100).map(|handle| index(handles.insert(handle).unwrap())).collect();
        again.sort_unstable();
        assert!(again.into_iter().eq(0..100));
    }

    #[test]
    fn a_full_table_has_its_spare_places_and_says_then_that_it_is_full() {
        let mut handles = Handles::default();
        while handles.reserve().is_ok() {
            handles.insert(()).unwrap();
        }
        assert_eq!(handles.used, SLOTS - SPARE);
        for _ in 0..SPARE {
            handles.insert(()).unwrap();
        }
        assert_eq!(handles.insert(()), Err(Error::InsufficientMemory));
        assert_eq!(handles.take(number(7, 1)), Some(()));
        assert_eq!(handles.insert(()), Ok(number(7, 2)));
    }
}
