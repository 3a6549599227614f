//! Where everything goes, decided before a byte is written.
//!
//! The image is block 0 and a row of groups. A group's metadata follows the contents it speaks of, so that each file is
//! read once, from its start to its end, and only the ends (inline tails) of one group's files wait in memory.
//!
//! ```text
//! ┌──────────────────────┬─ group 0 ────────────────────────────┬─ group 1 ─ ─
//! │ block 0              │ contents of  directory   inodes with │
//! │ superblock, root,    │ files        blocks      their tails │ ...
//! │ what needs no blocks │                          (≈ 4 MiB)   │
//! └──────────────────────┴──────────────────────────────────────┴─ ─
//! ```

use std::cmp::Reverse;
use std::ops::Range;
use std::string::String;
use std::vec;
use std::vec::Vec;

use crate::inode::{EXTENDED, SLOT};
use crate::superblock::{self, BLOCK};
use crate::tree::{Content, NodeIndex, Tree};
use crate::{Timestamp, directory};

/// Slots of 32 bytes in a block.
const SLOTS: usize = (BLOCK / SLOT) as usize;
/// Slots of an inode without tail.
const BARE: usize = EXTENDED / SLOT as usize;
/// Bytes of block 0 that the superblock and the room before it take.
const HEAD: u64 = superblock::OFFSET + superblock::SIZE as u64;
/// Most slots of inodes and tails in a group, 4 MiB. The writer holds a group's blocks of inodes in memory: these bytes
/// and the gaps between them, at worst as much again.
const GROUP_SLOTS: usize = 1024 * SLOTS;

/// Why a tree cannot become an image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LayoutError {
    /// The image would have 2^32 blocks or more.
    #[error("`{path}` does not fit: an image holds less than 16 TiB")]
    TooLarge {
        /// The first file that does not fit.
        path: String,
    },
}

/// What is known of a node before it is written.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Place {
    /// Byte offset of the inode.
    pub inode: u64,
    /// First block of the contents' whole blocks.
    pub body: u32,
    /// Number of blocks there.
    pub body_blocks: u32,
    /// Bytes behind the inode.
    pub tail: u16,
    /// Length of the contents.
    pub size: u64,
    /// Number of names; for a directory, of directories that name it.
    pub links: u32,
    /// Serial number, for `i_ino`.
    pub serial: u32,
    /// Whether it is a directory.
    pub directory: bool,
}

/// A run of nodes whose contents and inodes lie together.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    /// The nodes, as positions in [`Layout::order`]. Some have their inode in block 0.
    pub members: Range<usize>,
    /// The blocks of inodes, the last thing in the group.
    pub inodes: Range<u32>,
}

/// The place of everything in the image of one tree, and so the image's exact size, before anything is read or written.
#[derive(Debug)]
pub struct Layout<'t, S> {
    pub(crate) tree: &'t Tree<S>,
    pub(crate) build_time: Timestamp,
    pub(crate) places: Vec<Place>,
    /// All nodes: the root, then directory by directory, in path order.
    pub(crate) order: Vec<NodeIndex>,
    pub(crate) groups: Vec<Group>,
    pub(crate) blocks: u32,
}

impl<'t, S> Layout<'t, S> {
    /// Decides where everything in `tree` goes. `build_time` is the image's own time. Takes time linear in the number of
    /// names and reads no contents.
    ///
    /// # Errors
    /// - [`LayoutError::TooLarge`]: the image would have 2^32 blocks or more.
    pub fn new(tree: &'t Tree<S>, build_time: Timestamp) -> Result<Self, LayoutError> {
        let mut places = vec![Place::default(); tree.len()];
        let order = visit(tree, &mut places);
        let mut packer = Packer::new();
        for (position, index) in order.iter().enumerate() {
            packer
                .place(position, &mut places, &order)
                .ok_or_else(|| LayoutError::TooLarge { path: tree.path(*index) })?;
        }
        let last = order.last().copied().unwrap_or(tree.root());
        packer
            .close(order.len(), &mut places, &order)
            .ok_or_else(|| LayoutError::TooLarge { path: tree.path(last) })?;
        Ok(Layout { tree, build_time, places, order, groups: packer.groups, blocks: packer.next_block })
    }

    /// Length of the whole image in bytes, a multiple of 4096.
    pub fn size(&self) -> u64 {
        u64::from(self.blocks) * BLOCK
    }

    /// Number of nodes in the image.
    pub fn nodes(&self) -> usize {
        self.order.len()
    }

    pub(crate) fn place(&self, index: NodeIndex) -> &Place {
        &self.places[index.position()]
    }
}

/// Puts all nodes in order and fills in their sizes and numbers of links.
fn visit<S>(tree: &Tree<S>, places: &mut [Place]) -> Vec<NodeIndex> {
    let mut order = Vec::with_capacity(tree.len());
    // No recursion: a tree may be deeper than the stack.
    let mut directories = vec![tree.root()];
    order.push(tree.root());
    while let Some(directory) = directories.pop() {
        let Some(entries) = tree.entries(directory) else { continue };
        let first_inside = directories.len();
        let mut links = 2;
        for child in entries.values() {
            let place = &mut places[child.position()];
            match tree.node(*child).content() {
                Content::Directory(_) => {
                    links += 1;
                    directories.push(*child);
                    order.push(*child);
                    continue;
                }
                Content::RegularFile { size, .. } => place.size = *size,
                Content::SymbolicLink(target) => place.size = target.len() as u64,
            }
            if place.links == 0 {
                order.push(*child);
            }
            place.links += 1;
        }
        // The first one inside comes next.
        directories[first_inside..].reverse();
        let place = &mut places[directory.position()];
        place.directory = true;
        place.links = links;
        place.size = directory::size(entries);
    }
    order
}

/// Hands out blocks, and slots in blocks of inodes.
struct Packer {
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

impl Packer {
    fn new() -> Self {
        let head_free = SLOTS - (HEAD / SLOT) as usize;
        Packer {
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

    /// Gives one node its place. Places in the open group count from the group's parts until it is closed.
    fn place(&mut self, position: usize, places: &mut [Place], order: &[NodeIndex]) -> Option<()> {
        let index = order[position].position();
        let Place { size, directory, .. } = places[index];
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
                self.close(position, places, order)?;
            }
            self.waiting.push((order[position], slots));
            self.waiting_slots += slots;
        }

        let blocks = if directory { &mut self.directory_blocks } else { &mut self.file_blocks };
        let place = &mut places[index];
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
    fn close(&mut self, position: usize, places: &mut [Place], order: &[NodeIndex]) -> Option<()> {
        let files = self.next_block;
        let directories = u32::try_from(u64::from(files) + self.file_blocks).ok()?;
        let inodes = u32::try_from(u64::from(directories) + self.directory_blocks).ok()?;

        // Largest first leaves the smallest gaps. The sort keeps the order of equals, so neighbours stay near.
        self.waiting.sort_by_key(|(_, slots)| Reverse(*slots));
        let mut bins = Bins::new();
        for (index, slots) in &self.waiting {
            places[index.position()].inode = bins.take(*slots) * SLOT;
        }
        let swapped = bins.swap_last();
        for (index, _) in self.waiting.drain(..) {
            let place = &mut places[index.position()];
            let block = swapped(place.inode / BLOCK);
            place.inode = (u64::from(inodes) + block) * BLOCK + place.inode % BLOCK;
        }
        let members = self.first_member..position;
        for index in &order[members.clone()] {
            let place = &mut places[index.position()];
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

/// The blocks of inodes of one group, filled best fit first: in each, what is taken grows from the start.
struct Bins {
    /// Blocks by their number of free slots, less one.
    by_free: Vec<Vec<u32>>,
    /// Which of those lists are not empty.
    filled: u128,
    /// For each block whether an inode without tail ends where it does.
    bare_at_end: Vec<bool>,
}

impl Bins {
    fn new() -> Self {
        Bins { by_free: vec![Vec::new(); SLOTS], filled: 0, bare_at_end: Vec::new() }
    }

    fn blocks(&self) -> u32 {
        // A group has at most as many blocks as slots.
        self.bare_at_end.len() as u32
    }

    /// Sees to it that no inode without tail ends where the last block does, by giving that block's number to another and
    /// the other way round: what it returns says the new number of each. `fsck.erofs` 1.5 looks for extended attributes
    /// behind every inode, and takes the image for damaged where it ends there.
    fn swap_last(&mut self) -> impl Fn(u64) -> u64 + use<> {
        let good = self.bare_at_end.iter().rposition(|bare| !bare);
        let good = match good {
            Some(good) => good,
            None if self.bare_at_end.is_empty() => 0,
            None => {
                self.bare_at_end.push(false);
                self.bare_at_end.len() - 1
            }
        } as u64;
        let last = u64::from(self.blocks()).saturating_sub(1);
        move |block| match block {
            _ if block == good => last,
            _ if block == last => good,
            _ => block,
        }
    }

    /// Takes neighbouring slots in one block, and says the number of the first, counted from the group's first block of
    /// inodes.
    fn take(&mut self, slots: usize) -> u64 {
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
                self.bare_at_end.push(false);
                (self.blocks() - 1, SLOTS)
            }
        };
        let left = free - slots;
        if left > 0 {
            self.by_free[left - 1].push(block);
            self.filled |= 1 << (left - 1);
        } else {
            self.bare_at_end[block as usize] = slots == BARE;
        }
        u64::from(block) * SLOTS as u64 + (SLOTS - free) as u64
    }
}
