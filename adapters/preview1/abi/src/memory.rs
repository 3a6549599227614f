//! The memory of the program.

use crate::Errno;

/// The memory of the program. Whoever calls has checked the addresses.
pub trait Program {
    /// Returns its size in bytes; 0 if the program has none.
    fn size(&self) -> u64;

    /// Returns whether it has this many bytes. A memory never shrinks, so who has to ask for the size may remember it.
    #[inline]
    fn has(&self, bytes: u64) -> bool {
        bytes <= self.size()
    }

    /// Copies bytes of the program.
    fn copy_in(&self, from: u32, to: &mut [u8]);

    /// Copies bytes to the program.
    fn copy_out(&self, from: &[u8], to: u32);

    /// Returns the eight bytes at an address, as a number.
    #[inline]
    fn load(&self, from: u32) -> u64 {
        let mut bytes = [0; 8];
        self.copy_in(from, &mut bytes);
        u64::from_le_bytes(bytes)
    }

    /// Stores a number of four bytes.
    #[inline]
    fn store(&self, number: u32, to: u32) {
        self.copy_out(&number.to_le_bytes(), to);
    }
}

/// A part of the program's memory. It lies inside of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Buffer {
    address: u32,
    length: u32,
}

impl Buffer {
    /// A part without bytes.
    pub(crate) const EMPTY: Self = Self { address: 0, length: 0 };

    /// Checks that a part lies inside of the program's memory. One without bytes does, whatever its address: it becomes
    /// [`Buffer::EMPTY`], because to copy nothing to an address outside is an error in WebAssembly.
    ///
    /// # Errors
    /// - [`Errno::Fault`]: it does not.
    pub(crate) fn new(program: &impl Program, address: u32, length: u32) -> Result<Self, Errno> {
        let end = u64::from(address) + u64::from(length);
        if length == 0 || program.has(end) { Ok(Self::checked(address, length)) } else { Err(Errno::Fault) }
    }

    /// Checks a list of `count` items of the same size.
    ///
    /// # Errors
    /// - [`Errno::Fault`]: it does not lie inside of the memory.
    pub(crate) fn list(program: &impl Program, address: u32, count: u32, item: u32) -> Result<Self, Errno> {
        // A list of 4 GiB or more does not fit into a memory whose first bytes are free.
        Self::new(program, address, count.checked_mul(item).ok_or(Errno::Fault)?)
    }

    /// Returns a part that was checked before.
    pub(crate) const fn checked(address: u32, length: u32) -> Self {
        if length == 0 { Self::EMPTY } else { Self { address, length } }
    }

    /// Returns its address.
    #[must_use]
    pub const fn address(self) -> u32 {
        self.address
    }

    /// Returns its length in bytes.
    #[must_use]
    pub const fn length(self) -> u32 {
        self.length
    }

    /// Returns its first bytes: all, if it has not more than that.
    #[must_use]
    pub(crate) fn first(self, length: u32) -> Self {
        Self { length: self.length.min(length), ..self }
    }

    /// Returns what is left after its first bytes.
    #[must_use]
    pub fn after(self, length: u32) -> Self {
        let length = length.min(self.length);
        // At the very end of a memory of 4 GiB, nothing is left, and any address will do.
        Self { address: self.address.wrapping_add(length), length: self.length - length }
    }

    /// Copies bytes to its start, as many as fit, and returns what is left.
    pub(crate) fn put(self, program: &impl Program, bytes: &[u8]) -> Self {
        let bytes = bytes.get(..self.length as usize).unwrap_or(bytes);
        if !bytes.is_empty() {
            program.copy_out(bytes, self.address);
        }
        self.after(bytes.len() as u32)
    }

    /// Copies its first bytes in.
    pub(crate) fn get<const N: usize>(self, program: &impl Program) -> [u8; N] {
        let mut bytes = [0; N];
        program.copy_in(self.address, &mut bytes);
        bytes
    }
}

/// Returns a number at an offset of a structure of the program.
#[inline]
pub(crate) fn u64_at(bytes: &[u8], offset: usize) -> u64 {
    bytes.get(offset..).and_then(<[u8]>::first_chunk).copied().map_or(0, u64::from_le_bytes)
}

/// See [`u64_at`].
#[inline]
pub(crate) fn u32_at(bytes: &[u8], offset: usize) -> u32 {
    bytes.get(offset..).and_then(<[u8]>::first_chunk).copied().map_or(0, u32::from_le_bytes)
}

/// See [`u64_at`].
#[inline]
pub(crate) fn u16_at(bytes: &[u8], offset: usize) -> u16 {
    bytes.get(offset..).and_then(<[u8]>::first_chunk).copied().map_or(0, u16::from_le_bytes)
}

/// Makes a structure of a program from its parts, each with its offset. Bytes between them are zeros.
pub(crate) fn structure<const N: usize>(parts: &[(usize, &[u8])]) -> [u8; N] {
    let mut bytes = [0; N];
    for (offset, part) in parts {
        if let Some(place) = bytes.get_mut(*offset..*offset + part.len()) {
            place.copy_from_slice(part);
        }
    }
    bytes
}
