//! Vectors: lists of buffers (`iovec`, `ciovec`).

use crate::memory::u32_at;
use crate::{Buffer, Errno, Program};

/// Bytes of an `iovec`: an address and a length.
const SIZE: u32 = 8;
/// How many are copied in at once. They have as many bytes as a compiler moves without a call.
const AT_ONCE: u32 = 8;

/// A vector, of which all buffers were checked.
pub(crate) struct Vector<'p, P> {
    program: &'p P,
    all: Buffer,
    /// Its buffer, if it has no others. Most vectors are such.
    only: Option<Buffer>,
}

impl<'p, P: Program> Vector<'p, P> {
    /// Checks a vector with all its buffers, and returns it with the sum of their lengths.
    ///
    /// # Errors
    /// - [`Errno::Fault`]: it does not lie inside of the program's memory, or one of the buffers does not.
    /// - [`Errno::Inval`]: the sum does not fit.
    #[inline(always)]
    pub fn new(program: &'p P, address: u32, count: u32) -> Result<(Self, u32), Errno> {
        if count == 1 {
            let all = Buffer::new(program, address, SIZE)?;
            let item = program.load(address);
            let only = Buffer::new(program, item as u32, (item >> 32) as u32)?;
            return Ok((Self { program, all, only: Some(only) }, only.length()));
        }
        Self::of_several(program, address, count)
    }

    #[inline(never)]
    fn of_several(program: &'p P, address: u32, count: u32) -> Result<(Self, u32), Errno> {
        let all = Buffer::list(program, address, count, SIZE)?;
        let vector = Self { program, all, only: None };
        let (mut sum, mut is_too_long) = (0_u32, false);
        for buffer in vector.buffers() {
            let length = buffer?.length();
            is_too_long |= sum.checked_add(length).is_none();
            sum = sum.wrapping_add(length);
        }
        if is_too_long { Err(Errno::Inval) } else { Ok((vector, sum)) }
    }

    /// Returns its buffer, which may be empty, if it has no others. It was copied in once.
    pub fn only(&self) -> Option<Buffer> {
        self.only
    }

    /// Returns the buffers that are not empty.
    pub fn buffers(&self) -> Buffers<'p, P> {
        Buffers { program: self.program, rest: self.all, batch: [0; _], next: 0, end: 0 }
    }
}

/// The buffers of a vector that are not empty. They are copied in eight at a time, and each is checked.
pub(crate) struct Buffers<'p, P> {
    program: &'p P,
    /// Those that were not copied in yet.
    rest: Buffer,
    batch: [u8; (SIZE * AT_ONCE) as usize],
    next: u32,
    end: u32,
}

impl<P: Program> Iterator for Buffers<'_, P> {
    type Item = Result<Buffer, Errno>;

    // Most vectors have one buffer, and do not come here; so this is there once, however many loops there are.
    #[inline(never)]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.next == self.end {
                let now = self.rest.first(SIZE * AT_ONCE);
                if now.length() == 0 {
                    return None;
                }
                self.program.copy_in(now.address(), self.batch.get_mut(..now.length() as usize)?);
                self.rest = self.rest.after(now.length());
                (self.next, self.end) = (0, now.length());
            }
            let item = self.batch.get(self.next as usize..)?;
            self.next += SIZE;
            let (address, length) = (u32_at(item, 0), u32_at(item, 4));
            if length > 0 {
                return Some(Buffer::new(self.program, address, length));
            }
        }
    }
}
