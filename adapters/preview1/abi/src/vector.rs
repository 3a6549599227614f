//! Vectors: lists of buffers (`iovec`, `ciovec`).

use crate::memory::u32_at;
use crate::{Buffer, Errno, Program};

/// Bytes of an `iovec`: an address and a length.
const SIZE: u32 = 8;
/// How many are copied in at once. They have as many bytes as a compiler moves without a call.
const AT_ONCE: u32 = 8;

/// A vector, of which all buffers were checked.
pub(crate) struct Vector {
    address: u32,
    count: u32,
    /// Its buffer, if it has no others. Most vectors are such.
    only: Buffer,
}

impl Vector {
    /// Checks a vector with all its buffers, and returns it with the sum of their lengths.
    ///
    /// # Errors
    /// - [`Errno::Fault`]: it does not lie inside of the program's memory, or one of the buffers does not.
    /// - [`Errno::Inval`]: the sum does not fit.
    // Only numbers differ between one buffer and several, never the vector: as a result of two calls it would lie in
    // memory, and be copied by other pieces than it was stored by. The processor waits then: an eighth of a read's time.
    #[inline(always)]
    pub fn new(program: &impl Program, address: u32, count: u32) -> Result<(Self, u32), Errno> {
        let mut only = Buffer::EMPTY;
        let length = if count == 1 {
            Buffer::new(program, address, SIZE)?;
            let item = program.load(address);
            only = Buffer::new(program, item as u32, (item >> 32) as u32)?;
            only.length()
        } else {
            length_of_several(program, address, count)?
        };
        Ok((Self { address, count, only }, length))
    }

    /// Returns its buffer, which may be empty, if it has no others. It was copied in once.
    pub fn only(&self) -> Option<Buffer> {
        (self.count == 1).then_some(self.only)
    }

    /// Returns the list that it is in the program's memory.
    pub fn list(&self) -> Buffer {
        Buffer::checked(self.address, self.count * SIZE)
    }
}

/// Checks the buffers of a vector, and returns the sum of their lengths.
#[inline(never)]
fn length_of_several<P: Program>(program: &P, address: u32, count: u32) -> Result<u32, Errno> {
    let (mut sum, mut is_too_long) = (0_u32, false);
    for buffer in Buffers::new(program, Buffer::list(program, address, count, SIZE)?) {
        let length = buffer?.length();
        is_too_long |= sum.checked_add(length).is_none();
        sum = sum.wrapping_add(length);
    }
    if is_too_long { Err(Errno::Inval) } else { Ok(sum) }
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

impl<'p, P: Program> Buffers<'p, P> {
    /// Begins with the list that a vector is.
    pub fn new(program: &'p P, list: Buffer) -> Self {
        Self { program, rest: list, batch: [0; _], next: 0, end: 0 }
    }
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
