//! Best fit: inodes with their tails into blocks, each put where it leaves the least.

use alloc::collections::TryReserveError;
use alloc::vec::Vec;

use crate::inode::{EXTENDED, SLOT};
use crate::memory::push;
use crate::superblock::BLOCK;

/// Slots of 32 bytes in a block.
pub(crate) const SLOTS: usize = (BLOCK / SLOT) as usize;
/// Slots of an inode without tail.
pub(crate) const BARE: usize = EXTENDED / SLOT as usize;

/// The blocks of inodes of one group. In each, what is taken grows from the start.
pub(crate) struct Bins {
    /// Blocks by their number of free slots, less one.
    by_free: [Vec<u32>; SLOTS],
    /// Which of those lists are not empty.
    filled: u128,
    /// For each block whether an inode without tail ends where it does.
    bare_at_end: Vec<bool>,
}

impl Bins {
    pub fn new() -> Self {
        Bins { by_free: [const { Vec::new() }; SLOTS], filled: 0, bare_at_end: Vec::new() }
    }

    /// Number of blocks.
    pub fn blocks(&self) -> u32 {
        // A group has at most as many blocks as slots.
        self.bare_at_end.len() as u32
    }

    /// Sees to it that no inode without tail ends where the last block does, by giving that block's number to another and
    /// the other way round: what it returns says the new number of each. `fsck.erofs` 1.5 looks for extended attributes
    /// behind every inode, and takes the image for damaged where it ends there.
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

    /// Takes neighbouring slots in one block, and says the number of the first, counted from the group's first block of
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
