//! Assigns nodes to block 0 and to groups.

use alloc::collections::TryReserveError;
use alloc::vec::Vec;
use core::num::TryFromIntError;

use crate::bins::{BARE, Bins, SLOTS};
use crate::inode::{EXTENDED, SLOT};
use crate::memory::push;
use crate::place::{Group, Place};
use crate::superblock::{self, BLOCK};
use crate::tree::NodeIndex;

/// Number of bytes of block 0 up to the end of the superblock.
const HEAD: u64 = superblock::OFFSET + superblock::SIZE as u64;
/// Maximum number of slots of inodes and tails in a group, 4 MiB. The writer holds a group's blocks of inodes in
/// memory: these bytes, and the gaps between them, which are at most as large again.
const GROUP_SLOTS: usize = 1024 * SLOTS;

/// The reason why a node has no place.
pub(crate) enum Refused {
    /// The image would have too many blocks.
    TooLarge,
    /// There is no memory for the bookkeeping.
    OutOfMemory,
}

impl From<TryFromIntError> for Refused {
    fn from(_: TryFromIntError) -> Self {
        Self::TooLarge
    }
}

impl From<TryReserveError> for Refused {
    fn from(_: TryReserveError) -> Self {
        Self::OutOfMemory
    }
}

/// Hands out blocks, and slots in blocks of inodes.
pub(crate) struct Packer<'p> {
    order: &'p [NodeIndex],
    places: &'p mut [Place],
    groups: Vec<Group>,
    /// First block of the open group.
    next_block: u32,
    /// Position of the open group's first node in the order.
    first_member: usize,
    /// Number of blocks of file contents in the open group.
    file_blocks: u64,
    directory_blocks: u64,
    /// Number of free slots in block 0.
    head_free: usize,
    /// The open group's nodes whose inodes are not in block 0: their positions in the order, and the slots they need.
    waiting: Vec<(u32, u32)>,
    /// Sum of those slots.
    waiting_slots: usize,
}

impl<'p> Packer<'p> {
    /// Makes a packer for the nodes in this order, whose sizes are in `places`.
    pub fn new(order: &'p [NodeIndex], places: &'p mut [Place]) -> Self {
        let head_free = SLOTS - (HEAD / SLOT) as usize;
        Packer {
            order,
            places,
            groups: Vec::new(),
            next_block: 1,
            first_member: 0,
            file_blocks: 0,
            directory_blocks: 0,
            head_free,
            waiting: Vec::new(),
            waiting_slots: 0,
        }
    }

    /// Closes the last group. Returns the groups and the number of blocks.
    pub fn finish(mut self) -> Result<(Vec<Group>, u32), Refused> {
        self.close(self.order.len())?;
        Ok((self.groups, self.next_block))
    }

    /// Assigns a place to the next node. Places in the open group are relative to the group's parts until it is closed.
    pub fn place(&mut self, position: usize) -> Result<(), Refused> {
        let index = self.order[position].position();
        let Place { size, directory, .. } = self.places[index];
        // The root comes first and must be in block 0, because the superblock has 16 bits for its number.
        let room = if position == 0 { BLOCK - HEAD } else { BLOCK } - EXTENDED as u64;
        let rest = size % BLOCK;
        let tail = if rest <= room { rest } else { 0 };
        let body_blocks = u32::try_from((size - tail).div_ceil(BLOCK))?;
        let slots = (EXTENDED as u64 + tail).div_ceil(SLOT) as usize;

        // Block 0 is written before any contents are read, so it takes no tail of a file that also has blocks. And it
        // may be the last block of the image: see `Bins::swap_last`.
        let head_room = if slots == BARE { self.head_free.saturating_sub(1) } else { self.head_free };
        let in_head = (directory || body_blocks == 0) && slots <= head_room;
        let mut inode = 0;
        if in_head {
            inode = (SLOTS - self.head_free) as u64 * SLOT;
            self.head_free -= slots;
        } else {
            if self.waiting_slots + slots > GROUP_SLOTS {
                self.close(position)?;
            }
            push(&mut self.waiting, (position as u32, slots as u32))?;
            self.waiting_slots += slots;
        }

        let blocks = if directory { &mut self.directory_blocks } else { &mut self.file_blocks };
        let place = &mut self.places[index];
        place.inode = inode;
        place.body = u32::try_from(*blocks)?;
        place.body_blocks = body_blocks;
        place.tail = tail as u16;
        place.serial = position as u32 + 1;
        *blocks += u64::from(body_blocks);
        Ok(())
    }

    /// Closes the open group before the node at `position`: assigns places to the waiting inodes, and makes all places
    /// relative to the image instead of the group's parts.
    fn close(&mut self, position: usize) -> Result<(), Refused> {
        let files = self.next_block;
        let directories = u32::try_from(u64::from(files) + self.file_blocks)?;
        let inodes = u32::try_from(u64::from(directories) + self.directory_blocks)?;

        // Largest first leaves the smallest gaps. Nodes of equal size stay in order, so neighbours stay close.
        let key = |(position, slots): &(u32, u32)| u64::from(u32::MAX - slots) << 32 | u64::from(*position);
        self.waiting.sort_unstable_by_key(key);
        let mut bins = Bins::new();
        for (position, slots) in &self.waiting {
            let index = self.order[*position as usize];
            self.places[index.position()].inode = bins.take(*slots as usize)? * SLOT;
        }
        let swapped = bins.swap_last()?;
        for (position, _) in self.waiting.drain(..) {
            let place = &mut self.places[self.order[position as usize].position()];
            let block = swapped(place.inode / BLOCK);
            place.inode = (u64::from(inodes) + block) * BLOCK + place.inode % BLOCK;
        }
        let members = self.first_member..position;
        for index in &self.order[members.clone()] {
            let place = &mut self.places[index.position()];
            place.body += if place.directory { directories } else { files };
        }

        let end = inodes.checked_add(bins.blocks()).ok_or(Refused::TooLarge)?;
        push(&mut self.groups, Group { members, inodes: inodes..end })?;
        self.next_block = end;
        self.first_member = position;
        self.file_blocks = 0;
        self.directory_blocks = 0;
        self.waiting_slots = 0;
        Ok(())
    }
}
