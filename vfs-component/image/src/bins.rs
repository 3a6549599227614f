//! Best-fit packing of inodes with their tails into blocks: each goes where it leaves the smallest gap.

use alloc::collections::TryReserveError;
use alloc::vec::Vec;

use crate::inode::{EXTENDED, SLOT};
use crate::memory::push;
use crate::superblock::BLOCK;

/// Number of 32-byte slots in a block.
pub(crate) const SLOTS: usize = (BLOCK / SLOT) as usize;
/// Number of slots of an inode without tail.
pub(crate) const BARE: usize = EXTENDED / SLOT as usize;

/// The blocks of inodes of one group. Each is filled from its start.
pub(crate) struct Bins {
    /// Blocks, by their number of free slots minus one.
    by_free: [Vec<u32>; SLOTS],
    /// A bit for each of those lists that is not empty.
    filled: u128,
    /// For each block, whether an inode without tail ends at its end.
    bare_at_end: Vec<bool>,
}

impl Bins {
    pub fn new() -> Self {
        Bins { by_free: [const { Vec::new() }; SLOTS], filled: 0, bare_at_end: Vec::new() }
    }

    /// Returns the number of blocks.
    pub fn blocks(&self) -> u32 {
        // A group has at most as many blocks as slots, which fits.
        self.bare_at_end.len() as u32
    }

    /// Makes sure that no inode without tail ends at the end of the last block, by swapping that block with another.
    /// Returns a function from old to new block numbers. `fsck.erofs` 1.5 looks for extended attributes behind every
    /// inode, and calls the image damaged if it ends there.
    pub fn swap_last(&mut self) -> Result<impl Fn(u64) -> u64 + use<>, TryReserveError> {
        let good = self.bare_at_end.iter().rposition(|bare| !bare);
        let good = match good {
            Some(good) => good,
            None if self.bare_at_end.is_empty() => 0,
            None => {
                push(&mut self.bare_at_end, false)?;
                self.bare_at_end.len() - 1
            }
        } as u64;
        let last = u64::from(self.blocks()).saturating_sub(1);
        Ok(move |block| match block {
            _ if block == good => last,
            _ if block == last => good,
            _ => block,
        })
    }

    /// Takes adjacent slots in one block. Returns the number of the first, counted from the group's first block of
    /// inodes.
    pub fn take(&mut self, slots: usize) -> Result<u64, TryReserveError> {
        let fitting = self.filled & (u128::MAX << (slots - 1));
        let class = fitting.trailing_zeros() as usize;
        let (block, free) = match self.by_free.get_mut(class).and_then(Vec::pop) {
            Some(block) => {
                if self.by_free[class].is_empty() {
                    self.filled &= !(1 << class);
                }
                (block, class + 1)
            }
            None => {
                push(&mut self.bare_at_end, false)?;
                (self.blocks() - 1, SLOTS)
            }
        };
        let left = free - slots;
        if left > 0 {
            push(&mut self.by_free[left - 1], block)?;
            self.filled |= 1 << (left - 1);
        } else {
            self.bare_at_end[block as usize] = slots == BARE;
        }
        Ok(u64::from(block) * SLOTS as u64 + (SLOTS - free) as u64)
    }
}
