//! The table: numbers, and the open descriptions behind them.

use alloc::vec::Vec;

use crate::numbers::Numbers;
use crate::{Description, Interposer};

/// The reason why a table has no place for one more number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// All numbers are in use (`EMFILE`).
    Numbers,
    /// An allocation failed (`ENOMEM`).
    Memory,
}

impl core::fmt::Display for Full {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str(match self {
            Self::Numbers => "too many files are open",
            Self::Memory => "cannot allocate memory",
        })
    }
}

impl core::error::Error for Full {}

/// The descriptors of one program.
#[derive(Debug)]
pub struct Table<F, I = ()> {
    numbers: Numbers,
    slots: Vec<Slot<F>>,
    /// The first free slot.
    free: Option<u32>,
    /// The slot of the current directory.
    directory: Option<u32>,
    interposer: I,
}

#[derive(Debug)]
enum Slot<F> {
    Free {
        next: Option<u32>,
    },
    /// A description, and how many numbers refer to it; the current directory counts as one.
    Used {
        description: Description<F>,
        references: u32,
    },
}

impl<F, I: Interposer<F> + Default> Table<F, I> {
    /// Makes an empty table for numbers below `limit`.
    #[must_use]
    pub fn new(limit: u32) -> Self {
        Self::interposed(limit, I::default())
    }
}

impl<F, I: Interposer<F>> Table<F, I> {
    /// Makes an empty table with an interposer.
    pub const fn interposed(limit: u32, interposer: I) -> Self {
        Self { numbers: Numbers::new(limit), slots: Vec::new(), free: None, directory: None, interposer }
    }

    /// Makes room for one more description, and returns the number that it will have: the lowest free one. Call it before
    /// the file is opened: what was opened or made need not be undone then.
    ///
    /// # Errors
    /// - [`Full::Numbers`]: all numbers are in use.
    /// - [`Full::Memory`]: an allocation failed.
    pub fn reserve(&mut self) -> Result<u32, Full> {
        let number = self.numbers.free(0)?;
        if self.free.is_none() {
            self.slots.try_reserve(1).map_err(|_| Full::Memory)?;
        }
        Ok(number)
    }

    /// Adds a description by the number that [`Table::reserve`] has just returned.
    pub fn put(&mut self, number: u32, description: Description<F>) {
        let slot = Slot::Used { description, references: 1 };
        let place = match self.free {
            Some(place) => {
                if let Some(free) = self.slots.get_mut(place as usize)
                    && let Slot::Free { next } = core::mem::replace(free, slot)
                {
                    self.free = next;
                }
                place
            }
            None => {
                self.slots.push(slot);
                self.slots.len() as u32 - 1
            }
        };
        self.numbers.set(number, place);
    }

    /// Adds a description, and returns its number.
    ///
    /// # Errors
    /// Those of [`Table::reserve`].
    pub fn insert(&mut self, description: Description<F>) -> Result<u32, Full> {
        let number = self.reserve()?;
        self.put(number, description);
        Ok(number)
    }

    /// Uses the description of a number. `None`: nothing has this number.
    #[inline]
    pub fn with<T>(&mut self, number: u32, act: impl FnOnce(&mut Description<F>) -> T) -> Option<T> {
        let slot = self.numbers.slot(number)?;
        let Slot::Used { description, .. } = self.slots.get_mut(slot as usize)? else { return None };
        self.interposer.before(number, description);
        let result = act(description);
        self.interposer.after(number, description);
        Some(result)
    }

    /// Uses the descriptions of two numbers, which may be one and the same. `None`: nothing has one of the numbers.
    pub fn with_two<T>(
        &mut self,
        one: u32,
        other: u32,
        act: impl FnOnce(&Description<F>, &Description<F>) -> T,
    ) -> Option<T> {
        let slots = [self.numbers.slot(one)?, self.numbers.slot(other)?];
        for (number, slot) in [one, other].into_iter().zip(slots) {
            let Slot::Used { description, .. } = self.slots.get_mut(slot as usize)? else { return None };
            self.interposer.before(number, description);
        }
        let result = match slots.map(|slot| self.slots.get(slot as usize)) {
            [Some(Slot::Used { description: one, .. }), Some(Slot::Used { description: other, .. })] => act(one, other),
            _ => return None,
        };
        for (number, slot) in [one, other].into_iter().zip(slots) {
            let Slot::Used { description, .. } = self.slots.get_mut(slot as usize)? else { return None };
            self.interposer.after(number, description);
        }
        Some(result)
    }

    /// Returns whether something has this number.
    #[must_use]
    pub fn contains(&self, number: u32) -> bool {
        self.numbers.slot(number).is_some()
    }

    /// Makes the lowest free number that is not below `at_least` refer to the description of another one. `None`:
    /// nothing has the other number.
    ///
    /// # Errors
    /// - [`Full::Numbers`]: all numbers from `at_least` on are in use.
    /// - [`Full::Memory`]: an allocation failed.
    pub fn duplicate(&mut self, number: u32, at_least: u32) -> Result<Option<u32>, Full> {
        let Some(slot) = self.numbers.slot(number) else { return Ok(None) };
        let copy = self.numbers.free(at_least)?;
        self.hold(slot);
        self.numbers.set(copy, slot);
        Ok(Some(copy))
    }

    /// Makes the number `to` refer to the description of `from` as well, whatever it referred to before. Returns
    /// the description that nothing refers to any more, to be closed. If both are one number, nothing changes.
    ///
    /// # Errors
    /// - [`Full::Numbers`]: `to` is above all numbers of the table.
    /// - [`Full::Memory`]: an allocation failed.
    pub fn duplicate_to(&mut self, from: u32, to: u32) -> Result<Option<Closed<F>>, Full> {
        let Some(slot) = self.numbers.slot(from) else { return Ok(None) };
        if from == to {
            return Ok(Some(None));
        }
        self.numbers.make_room(to)?;
        let before = self.remove(to).flatten();
        self.hold(slot);
        self.numbers.set(to, slot);
        Ok(Some(before))
    }

    /// Moves a description from one number to another one, which is in use. Returns the description that nothing refers
    /// to any more, to be closed. `None`: nothing has one of the numbers. If both are one number, nothing changes.
    pub fn renumber(&mut self, from: u32, to: u32) -> Option<Closed<F>> {
        if !self.contains(from) || !self.contains(to) {
            return None;
        }
        if from == to {
            return Some(None);
        }
        let before = self.remove(to)?;
        let slot = self.numbers.take(from)?;
        self.numbers.set(to, slot);
        Some(before)
    }

    /// Frees a number. Returns its description if nothing else refers to it, to be closed. `None`: nothing has the
    /// number.
    pub fn remove(&mut self, number: u32) -> Option<Closed<F>> {
        let slot = self.numbers.take(number)?;
        Some(self.release(slot))
    }

    /// Returns the lowest number in use from another one on.
    #[must_use]
    pub fn next(&self, at_least: u32) -> Option<u32> {
        self.numbers.next_used(at_least)
    }

    /// Makes the description of a number the current directory, which relative paths begin at. It stays open when the
    /// number is closed. Returns the description that nothing refers to any more, to be closed. `None`: nothing has the
    /// number.
    pub fn set_directory(&mut self, number: u32) -> Option<Closed<F>> {
        let slot = self.numbers.slot(number)?;
        self.hold(slot);
        Some(self.directory.replace(slot).and_then(|before| self.release(before)))
    }

    /// Returns the current directory, if one was set.
    #[must_use]
    pub fn directory(&self) -> Option<&Description<F>> {
        match self.slots.get(self.directory? as usize)? {
            Slot::Used { description, .. } => Some(description),
            Slot::Free { .. } => None,
        }
    }

    /// Counts one more reference on a description.
    fn hold(&mut self, slot: u32) {
        if let Some(Slot::Used { references, .. }) = self.slots.get_mut(slot as usize) {
            *references += 1;
        }
    }

    /// Ends one reference on a description, and returns it if that was the last one.
    fn release(&mut self, slot: u32) -> Closed<F> {
        let place = self.slots.get_mut(slot as usize)?;
        if let Slot::Used { references, .. } = place {
            *references -= 1;
            if *references > 0 {
                return None;
            }
        }
        match core::mem::replace(place, Slot::Free { next: self.free }) {
            Slot::Used { description, .. } => {
                self.free = Some(slot);
                Some(description)
            }
            free @ Slot::Free { .. } => {
                *place = free;
                None
            }
        }
    }
}

/// A description that nothing refers to any more, if there is one.
pub type Closed<F> = Option<Description<F>>;
