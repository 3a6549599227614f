//! Where lists and strings arrive: arguments of exports, and results of host calls made meanwhile.
//!
//! The canonical ABI asks `cabi_realloc` for memory before it enters an export, and again when a host function that the export
//! calls returns a list. All of that is dead once the export's results have been read, so it is one arena that starts afresh with
//! the first request after a call has ended. Nothing is freed piece by piece.

use core::alloc::Layout;
use core::cell::RefCell;

use super::List;

/// The least that is kept from call to call; larger requests get a block of their own, given back when the call is over.
const BLOCK: usize = 64 << 10;

#[derive(Default)]
struct Arena {
    /// The call that filled the arena is over.
    stale: bool,
    /// The first one is kept.
    blocks: Vec<Vec<u128>>,
    /// Bytes used of the last block.
    used: usize,
    /// Questions that are under way.
    #[cfg(feature = "late")]
    kept: usize,
}

thread_local! {
    static ARENA: RefCell<Arena> = const {
        RefCell::new(Arena {
            stale: false,
            blocks: Vec::new(),
            used: 0,
            #[cfg(feature = "late")]
            kept: 0,
        })
    };
}

/// The current call has no more use of its arguments, only of its results.
#[cfg(not(feature = "late"))]
pub fn finish() {
    ARENA.with_borrow_mut(|arena| arena.stale = true);
}

/// The current call has no more use of its arguments, only of its results. They stay while something is under way: another
/// call's may be among them, or what has come for it.
#[cfg(feature = "late")]
pub fn finish() {
    ARENA.with_borrow_mut(|arena| arena.stale |= arena.kept == 0);
}

/// Keeps what is in the arena, and what comes, until as many calls of [`release`].
#[cfg(feature = "late")]
pub fn keep() {
    ARENA.with_borrow_mut(|arena| arena.kept += 1);
}

/// See [`keep`].
#[cfg(feature = "late")]
pub fn release() {
    ARENA.with_borrow_mut(|arena| arena.kept -= 1);
}

/// The canonical ABI's allocator.
///
/// # Traps
/// When memory cannot grow: the canonical ABI knows no other answer.
#[unsafe(no_mangle)]
extern "C" fn cabi_realloc(old: *mut u8, old_size: usize, align: usize, new_size: usize) -> *mut u8 {
    let place = ARENA.with_borrow_mut(|arena| arena.grow(old, old_size, align, new_size));
    place.unwrap_or_else(|| super::trap())
}

/// Keeps so many bytes for the arguments of the calls that come, if memory has them, and gives how many are kept. For calls that have
/// no lists among their own arguments.
pub fn make_room(size: usize) -> u64 {
    ARENA.with_borrow_mut(|arena| arena.make_room(size))
}

/// Text among the arguments, in UTF-8.
pub fn utf8(characters: impl Iterator<Item = char> + Clone) -> List {
    let length = characters.clone().map(char::len_utf8).sum();
    let pointer = cabi_realloc(core::ptr::null_mut(), 0, 1, length);
    let mut end = pointer;
    for character in characters {
        for byte in character.encode_utf8(&mut [0; 4]).bytes() {
            // SAFETY: the arena gave as many bytes as these characters have.
            unsafe {
                end.write(byte);
                end = end.add(1);
            }
        }
    }
    List { pointer, length }
}

impl Arena {
    /// Moves the last piece, or all of `old`, to `new_size` bytes.
    fn grow(&mut self, old: *mut u8, old_size: usize, align: usize, new_size: usize) -> Option<*mut u8> {
        if old_size == 0 {
            return self.take(align, new_size);
        }
        if new_size <= old_size {
            return Some(old);
        }
        // Only transcoding (an app with utf-16 strings) comes here.
        let new = self.take(align, new_size)?;
        // SAFETY: `old` is a piece of this arena of `old_size` bytes, `new` another one that is longer.
        unsafe { core::ptr::copy_nonoverlapping(old, new, old_size) };
        Some(new)
    }

    fn take(&mut self, align: usize, size: usize) -> Option<*mut u8> {
        if self.stale {
            self.stale = false;
            self.blocks.truncate(1);
            self.used = 0;
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
        #[cfg(feature = "late")]
        if self.kept > 0 {
            return size as u64;
        }
        let kept = |arena: &Self| arena.blocks.first().map_or(0, |block| block.capacity() * size_of::<u128>());
        if kept(self) < size && self.take_from_new_block(size).is_some() {
            let last = self.blocks.len() - 1;
            self.blocks.swap(0, last);
            self.blocks.truncate(1);
            self.used = 0;
        }
        kept(self) as u64
    }

    #[cold]
    fn take_from_new_block(&mut self, size: usize) -> Option<*mut u8> {
        let bytes = Layout::from_size_align(size.max(BLOCK), align_of::<u128>()).ok()?.size();
        let mut block = Vec::new();
        block.try_reserve_exact(bytes.div_ceil(size_of::<u128>())).ok()?;
        let place = block.as_mut_ptr();
        self.blocks.try_reserve(1).ok()?;
        self.blocks.push(block);
        self.used = size;
        Some(place.cast())
    }
}
