//! Numbers, and which of them are free.

use alloc::vec::Vec;

use crate::table::Full;

const BITS: u32 = u64::BITS;
/// The slot of a number that is not in use. No table has so many.
const NONE: u32 = u32::MAX;

/// For each number in use, the slot of what it refers to.
#[derive(Debug)]
pub(crate) struct Numbers {
    /// By number.
    slots: Vec<u32>,
    /// A bit for each number: whether it is in use.
    used: Vec<u64>,
    /// No number below this one is free.
    lowest: u32,
    /// One more than the largest number.
    limit: u32,
}

impl Numbers {
    pub const fn new(limit: u32) -> Self {
        Self { slots: Vec::new(), used: Vec::new(), lowest: 0, limit }
    }

    /// Returns the slot that a number refers to.
    #[inline]
    pub fn slot(&self, number: u32) -> Option<u32> {
        self.slots.get(number as usize).copied().filter(|slot| *slot != NONE)
    }

    /// Returns the lowest free number that is not below another one, and makes room for it.
    ///
    /// # Errors
    /// - [`Full::Numbers`]: all are in use, up to the limit.
    /// - [`Full::Memory`]: an allocation failed.
    pub fn free(&mut self, at_least: u32) -> Result<u32, Full> {
        let from = at_least.max(self.lowest);
        let mut word = (from / BITS) as usize;
        // Numbers below `from` count as used.
        let mut taken = self.used.get(word).copied().unwrap_or(0) | !(u64::MAX << (from % BITS));
        while taken == u64::MAX {
            word += 1;
            taken = self.used.get(word).copied().unwrap_or(0);
        }
        let number = (word as u64 * u64::from(BITS)) + u64::from(taken.trailing_ones());
        let number = u32::try_from(number).ok().filter(|number| *number < self.limit).ok_or(Full::Numbers)?;
        // A number that was in use before has room.
        if number as usize >= self.slots.len() {
            self.make_room(number)?;
        }
        Ok(number)
    }

    /// Makes sure that [`Numbers::set`] needs no memory.
    ///
    /// # Errors
    /// - [`Full::Numbers`]: the number is not below the limit.
    /// - [`Full::Memory`]: an allocation failed.
    pub fn make_room(&mut self, number: u32) -> Result<(), Full> {
        if number >= self.limit {
            return Err(Full::Numbers);
        }
        let (slots, words) = (number as usize + 1, (number / BITS) as usize + 1);
        self.slots.try_reserve(slots.saturating_sub(self.slots.len())).map_err(|_| Full::Memory)?;
        self.used.try_reserve(words.saturating_sub(self.used.len())).map_err(|_| Full::Memory)?;
        Ok(())
    }

    /// Makes a number refer to a slot, after [`Numbers::make_room`].
    pub fn set(&mut self, number: u32, slot: u32) {
        let (place, word) = (number as usize, (number / BITS) as usize);
        if self.slots.len() <= place {
            self.slots.resize(place + 1, NONE);
        }
        if self.used.len() <= word {
            self.used.resize(word + 1, 0);
        }
        if let (Some(known), Some(used)) = (self.slots.get_mut(place), self.used.get_mut(word)) {
            *known = slot;
            *used |= 1 << (number % BITS);
        }
        if number == self.lowest {
            self.lowest += 1;
        }
    }

    /// Frees a number, and returns the slot that it referred to.
    pub fn take(&mut self, number: u32) -> Option<u32> {
        let slot = self.slot(number)?;
        *self.slots.get_mut(number as usize)? = NONE;
        *self.used.get_mut((number / BITS) as usize)? &= !(1 << (number % BITS));
        self.lowest = self.lowest.min(number);
        Some(slot)
    }

    /// Returns the lowest number in use that is not below another one.
    pub fn next_used(&self, at_least: u32) -> Option<u32> {
        let mut word = (at_least / BITS) as usize;
        let mut used = self.used.get(word)? & u64::MAX << (at_least % BITS);
        while used == 0 {
            word += 1;
            used = *self.used.get(word)?;
        }
        Some(word as u32 * BITS + used.trailing_zeros())
    }
}
