//! Memory for lists and strings that arrive: arguments of exports, and results of host calls made meanwhile.
//!
//! The canonical ABI asks `cabi_realloc` for memory before it enters an export, and again when a host function that the
//! export calls returns a list. Nobody needs any of this after the caller has read the export's results. So one arena
//! serves all calls; it starts afresh with the first request after a call has ended, and frees nothing piece by piece.

use core::alloc::Layout;
use core::cell::RefCell;

use super::List;
use crate::local;

/// Size of the first block. Most calls need less, and the rest of the heap lies with it in few pages.
const FIRST: usize = 512;
/// Size of the block that is kept from call to call, once the first was too small. Larger requests get a block of their
/// own, freed after the call.
const BLOCK: usize = 64 << 10;

#[derive(Default)]
struct Arena {
    /// Whether the call that filled the arena is over.
    stale: bool,
    /// Only one is kept.
    blocks: Vec<Vec<u128>>,
    /// Number of used bytes in the last block.
    used: usize,
    /// What is kept for tasks that wait.
    #[cfg(feature = "tasks")]
    kept: Kept,
}

/// Blocks that tasks still need, whose arguments lie in them, or whose answers may.
#[cfg(feature = "tasks")]
#[derive(Default)]
struct Kept {
    /// How often blocks were put aside.
    time: u64,
    /// For each task that waits, the time since when.
    since: Vec<u64>,
    /// Whether a task waits whose arguments may lie in the blocks that are filled.
    is_needed: bool,
    /// Number of lists that the host may still write, at any time.
    expected: u32,
    /// Blocks that were put aside, each with the time.
    aside: Vec<(u64, Vec<Vec<u128>>)>,
}

thread_local! {
    static ARENA: RefCell<Arena> = const {
        RefCell::new(Arena {
            stale: false,
            blocks: Vec::new(),
            used: 0,
            #[cfg(feature = "tasks")]
            kept: Kept { time: 0, since: Vec::new(), is_needed: false, expected: 0, aside: Vec::new() },
        })
    };
}

/// Ends a call: from here on only its results are needed.
pub fn finish() {
    local::with(&ARENA, |arena| arena.stale = true);
}

/// Keeps the contents of the arena until [`release`] was called with what this returns.
#[cfg(feature = "tasks")]
pub fn keep() -> u64 {
    local::with(&ARENA, |arena| {
        arena.kept.since.push(arena.kept.time);
        arena.kept.is_needed = true;
        arena.kept.time
    })
}

/// Keeps a list that the host writes at any time, until what this returns is dropped.
#[cfg(feature = "tasks")]
pub fn expect_list() -> Expected {
    local::with(&ARENA, |arena| arena.kept.expected += 1);
    Expected(())
}

/// A list that the host may still write, or that is still needed.
#[cfg(feature = "tasks")]
pub struct Expected(());

#[cfg(feature = "tasks")]
impl Drop for Expected {
    fn drop(&mut self) {
        local::with(&ARENA, |arena| arena.kept.expected -= 1);
    }
}

/// Undoes one call of [`keep`]. What was kept stays until the next call needs memory.
#[cfg(feature = "tasks")]
pub fn release(since: u64) {
    local::with(&ARENA, |arena| {
        let since = arena.kept.since.iter().position(|time| *time == since);
        since.map(|place| arena.kept.since.swap_remove(place));
    });
}

/// Allocates memory for the canonical ABI.
///
/// # Traps
/// If memory cannot grow: the canonical ABI has no other answer.
#[unsafe(no_mangle)]
extern "C" fn cabi_realloc(old: *mut u8, old_size: usize, align: usize, new_size: usize) -> *mut u8 {
    let place = local::with(&ARENA, |arena| arena.grow(old, old_size, align, new_size));
    place.unwrap_or_else(|| super::trap())
}

/// Reserves bytes for the arguments of later calls, as far as there is memory, and returns their number. For calls that
/// have no lists among their own arguments.
pub fn make_room(size: usize) -> u64 {
    local::with(&ARENA, |arena| arena.make_room(size))
}

/// The same, but reserves `most` bytes only after the last call used more than half of what there is.
pub fn make_more_room(most: usize) -> u64 {
    local::with(&ARENA, |arena| {
        let is_full = arena.used > arena.kept_bytes() / 2;
        arena.make_room(if is_full { most } else { most.min(FIRST) })
    })
}

/// Encodes text in UTF-8, in memory of the arena.
pub fn utf8(characters: impl Iterator<Item = char> + Clone) -> List {
    let length = characters.clone().map(char::len_utf8).sum();
    let pointer = cabi_realloc(core::ptr::null_mut(), 0, 1, length);
    let mut end = pointer;
    for character in characters {
        for byte in character.encode_utf8(&mut [0; 4]).bytes() {
            // SAFETY: the arena has allocated exactly as many bytes as these characters have.
            unsafe {
                end.write(byte);
                end = end.add(1);
            }
        }
    }
    List { pointer, length }
}

impl Arena {
    /// Resizes the last piece, or all of `old`, to `new_size` bytes, by moving it.
    fn grow(&mut self, old: *mut u8, old_size: usize, align: usize, new_size: usize) -> Option<*mut u8> {
        if old_size == 0 {
            return self.take(align, new_size);
        }
        if new_size <= old_size {
            return Some(old);
        }
        // Only transcoding (an app with UTF-16 strings) gets here.
        let new = self.take(align, new_size)?;
        // SAFETY: `old` is a piece of this arena of `old_size` bytes, `new` is another, longer one.
        unsafe { core::ptr::copy_nonoverlapping(old, new, old_size) };
        Some(new)
    }

    fn take(&mut self, align: usize, size: usize) -> Option<*mut u8> {
        if self.stale {
            self.stale = false;
            self.used = 0;
            #[cfg(feature = "tasks")]
            self.put_aside();
            if self.blocks.len() > 1 {
                self.keep_one();
            }
        }
        let start = self.used.next_multiple_of(align);
        let end = start.checked_add(size)?;
        match self.blocks.last_mut() {
            Some(block) if end <= block.capacity() * size_of::<u128>() => {
                self.used = end;
                Some(block.as_mut_ptr().cast::<u8>().wrapping_add(start))
            }
            _ => self.take_from_new_block(size),
        }
    }

    fn make_room(&mut self, size: usize) -> u64 {
        #[cfg(feature = "tasks")]
        if !self.kept.since.is_empty() {
            return size as u64;
        }
        if self.kept_bytes() < size && self.take_from_new_block(size).is_some() {
            let last = self.blocks.len() - 1;
            self.blocks.swap(0, last);
            self.blocks.truncate(1);
            self.used = 0;
        }
        self.kept_bytes() as u64
    }

    fn kept_bytes(&self) -> usize {
        self.blocks.first().map_or(0, |block| block.capacity() * size_of::<u128>())
    }

    /// Puts blocks aside that a task needs which waits, and frees those that none needs any more.
    #[cfg(feature = "tasks")]
    fn put_aside(&mut self) {
        let Kept { time, since, is_needed, expected, aside } = &mut self.kept;
        let Some(oldest) = since.iter().min() else {
            *is_needed = false;
            return aside.clear();
        };
        if core::mem::take(is_needed) || *expected > 0 {
            aside.push((*time, core::mem::take(&mut self.blocks)));
            *time += 1;
        }
        aside.retain(|(time, _)| time >= oldest);
    }

    #[cold]
    fn keep_one(&mut self) {
        if let [first, second, ..] = self.blocks.as_mut_slice()
            && first.capacity() < second.capacity()
            && second.capacity() == BLOCK / size_of::<u128>()
        {
            core::mem::swap(first, second);
        }
        self.blocks.truncate(1);
    }

    #[cold]
    fn take_from_new_block(&mut self, size: usize) -> Option<*mut u8> {
        let least = if self.blocks.is_empty() { FIRST } else { BLOCK };
        let bytes = Layout::from_size_align(size.max(least), align_of::<u128>()).ok()?.size();
        let mut block = Vec::new();
        block.try_reserve_exact(bytes.div_ceil(size_of::<u128>())).ok()?;
        let place = block.as_mut_ptr();
        self.blocks.try_reserve(1).ok()?;
        self.blocks.push(block);
        self.used = size;
        Some(place.cast())
    }
}
