//! The bytes of a write: a slice, or what a callback copies to their place.

use alloc::vec::Vec;

use crate::Error;

/// Bytes that are written once. Generic, so that a write of a slice has no code for callbacks.
pub(crate) trait Written: Copy {
    /// Returns their number.
    fn length(self) -> usize;

    /// Splits off the first `count`, or all if there are fewer.
    fn split(self, count: usize) -> (Self, Self);

    /// Copies them over as many others.
    fn replace(self, old: &mut [u8]);

    /// Appends them to a vector that has room for them.
    fn append(self, bytes: &mut Vec<u8>);

    /// Lends them as a slice.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: they have to be copied, and an allocation failed.
    fn lend<T>(self, act: impl FnOnce(&[u8]) -> T) -> Result<T, Error>;
}

impl Written for &[u8] {
    #[inline(always)]
    fn length(self) -> usize {
        self.len()
    }

    #[inline(always)]
    fn split(self, count: usize) -> (Self, Self) {
        self.split_at_checked(count).unwrap_or((self, &[]))
    }

    #[inline(always)]
    fn replace(self, old: &mut [u8]) {
        old.copy_from_slice(self);
    }

    #[inline(always)]
    fn append(self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(self);
    }

    #[inline(always)]
    fn lend<T>(self, act: impl FnOnce(&[u8]) -> T) -> Result<T, Error> {
        Ok(act(self))
    }
}

/// Bytes that `take` copies from its place, by their position in the write, to theirs.
pub(crate) struct Taken<'f, F> {
    take: &'f F,
    from: usize,
    length: usize,
}

impl<'f, F: Fn(usize, &mut [u8])> Taken<'f, F> {
    pub fn new(take: &'f F, length: usize) -> Self {
        Self { take, from: 0, length }
    }
}

impl<F> Clone for Taken<'_, F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F> Copy for Taken<'_, F> {}

impl<F: Fn(usize, &mut [u8])> Written for Taken<'_, F> {
    fn length(self) -> usize {
        self.length
    }

    fn split(self, count: usize) -> (Self, Self) {
        let count = count.min(self.length);
        let (take, from) = (self.take, self.from);
        (Self { take, from, length: count }, Self { take, from: from + count, length: self.length - count })
    }

    fn replace(self, old: &mut [u8]) {
        if !old.is_empty() {
            (self.take)(self.from, old);
        }
    }

    fn append(self, bytes: &mut Vec<u8>) {
        let end = bytes.len();
        // Safe code cannot hand out bytes that have no value yet.
        bytes.resize(end + self.length, 0);
        self.replace(bytes.get_mut(end..).unwrap_or(&mut []));
    }

    fn lend<T>(self, act: impl FnOnce(&[u8]) -> T) -> Result<T, Error> {
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(self.length)?;
        self.append(&mut bytes);
        Ok(act(&bytes))
    }
}
