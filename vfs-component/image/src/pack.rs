//! Which node goes where: block 0 first, then groups.

use std::cmp::Reverse;
use std::vec::Vec;

use crate::bins::{BARE, Bins, SLOTS};
use crate::inode::{EXTENDED, SLOT};
use crate::place::{Group, Place};
use crate::superblock::{self, BLOCK};
use crate::tree::NodeIndex;

/// Bytes of block 0 that the superblock and the room before it take.
const HEAD: u64 = superblock::OFFSET + superblock::SIZE as u64;
/// Most slots of inodes and tails in a group, 4 MiB. The writer holds a group's blocks of inodes in memory: these bytes
/// and the gaps between them, at worst as much again.
const GROUP_SLOTS: usize = 1024 * SLOTS;

/// Hands out blocks, and slots in blocks of inodes.
pub(crate) struct Packer<'p> {
    order: &'p [NodeIndex],
    places: &'p mut [Place],
    groups: Vec<Group>,
    /// First block of the group that is open.
    next_block: u32,
    /// Position in the order of the open group's first node.
    first_member: usize,
    /// Blocks of file contents and of directories in the open group.
    file_blocks: u64,
    directory_blocks: u64,
    /// Slots left in block 0.
    head_free: usize,
    /// The open group's nodes whose inodes are not in block 0, and the slots they need.
    waiting: Vec<(NodeIndex, usize)>,
    /// Sum of those slots.
    waiting_slots: usize,
}

impl<'p> Packer<'p> {
    /// For the nodes in this order, whose sizes are in `places`.
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

    /// Ends the last group. Gives the groups and the number of blocks; `None` where that is too much.
    pub fn finish(mut self) -> Option<(Vec<Group>, u32)> {
        self.close(self.order.len())?;
        Some((self.groups, self.next_block))
    }

    /// Gives the next node its place; `None` where blocks run out. Places in the open group count from the group's parts
    /// until it is closed.
    pub fn place(&mut self, position: usize) -> Option<()> {
        let index = self.order[position].position();
        let Place { size, directory, .. } = self.places[index];
        // The root is first and must stay in block 0, because the superblock has 16 bits for its number.
        let room = if position == 0 { BLOCK - HEAD } else { BLOCK } - EXTENDED as u64;
        let rest = size % BLOCK;
        let tail = if rest <= room { rest } else { 0 };
        let body_blocks = u32::try_from((size - tail).div_ceil(BLOCK)).ok()?;
        let slots = (EXTENDED as u64 + tail).div_ceil(SLOT) as usize;

        // Block 0 is written before any content is read: it takes no tail of a file that has blocks as well. And it may
        // be the image's last block: see `Bins::swap_last`.
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
            self.waiting.push((self.order[position], slots));
            self.waiting_slots += slots;
        }

        let blocks = if directory { &mut self.directory_blocks } else { &mut self.file_blocks };
        let place = &mut self.places[index];
        place.inode = inode;
        place.body = u32::try_from(*blocks).ok()?;
        place.body_blocks = body_blocks;
        place.tail = tail as u16;
        place.serial = position as u32 + 1;
        *blocks += u64::from(body_blocks);
        Some(())
    }

    /// Ends the open group before the node at `position`: gives the inodes that wait their places, and what was counted
    /// from the group's parts now counts from the image.
    fn close(&mut self, position: usize) -> Option<()> {
        let files = self.next_block;
        let directories = u32::try_from(u64::from(files) + self.file_blocks).ok()?;
        let inodes = u32::try_from(u64::from(directories) + self.directory_blocks).ok()?;

        // Largest first leaves the smallest gaps. The sort keeps the order of equals, so neighbours stay near.
        self.waiting.sort_by_key(|(_, slots)| Reverse(*slots));
        let mut bins = Bins::new();
        for (index, slots) in &self.waiting {
            self.places[index.position()].inode = bins.take(*slots) * SLOT;
        }
        let swapped = bins.swap_last();
        for (index, _) in self.waiting.drain(..) {
            let place = &mut self.places[index.position()];
            let block = swapped(place.inode / BLOCK);
            place.inode = (u64::from(inodes) + block) * BLOCK + place.inode % BLOCK;
        }
        let members = self.first_member..position;
        for index in &self.order[members.clone()] {
            let place = &mut self.places[index.position()];
            place.body += if place.directory { directories } else { files };
        }

        let end = inodes.checked_add(bins.blocks())?;
        self.groups.push(Group { members, inodes: inodes..end });
        self.next_block = end;
        self.first_member = position;
        self.file_blocks = 0;
        self.directory_blocks = 0;
        self.waiting_slots = 0;
        Some(())
    }
}
