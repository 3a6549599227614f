//! An allocator that counts the bytes of a thread, and says no when it is told to. An allocation that cannot be
//! answered would end the process here.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    /// Allocations of this thread that still succeed; `None`: all.
    static LEFT: Cell<Option<u32>> = const { Cell::new(None) };
    /// Bytes that this thread holds, and the most that it held. What another thread frees does not count here.
    static LIVE: Cell<usize> = const { Cell::new(0) };
    static PEAK: Cell<usize> = const { Cell::new(0) };
}

struct Watched;

fn may_allocate() -> bool {
    LEFT.with(|left| match left.get() {
        None => true,
        Some(0) => false,
        Some(count) => {
            left.set(Some(count - 1));
            true
        }
    })
}

fn took(size: usize) {
    LIVE.set(LIVE.get().wrapping_add(size));
    // A thread may have freed what another one took: then this wraps, until it is counted from here again.
    PEAK.set(PEAK.get().max(LIVE.get()));
}

fn gave(size: usize) {
    LIVE.set(LIVE.get().wrapping_sub(size));
}

// SAFETY: everything is the system's allocator's; saying no is allowed at any time.
unsafe impl GlobalAlloc for Watched {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if !may_allocate() {
            return std::ptr::null_mut();
        }
        took(layout.size());
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        gave(layout.size());
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if !may_allocate() {
            return std::ptr::null_mut();
        }
        // Both may be held for a moment.
        took(size);
        gave(layout.size());
        // SAFETY: the caller's promises are passed on.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Watched = Watched;

/// Does something with so many allocations of this thread that succeed; all after them fail.
pub fn with_allocations<T>(allowed: u32, what: impl FnOnce() -> T) -> T {
    LEFT.set(Some(allowed));
    let result = what();
    LEFT.set(None);
    result
}

/// Does something, and says the most bytes that this thread held meanwhile besides what it held before.
pub fn peak_of<T>(what: impl FnOnce() -> T) -> (T, usize) {
    LIVE.set(0);
    PEAK.set(0);
    let result = what();
    (result, PEAK.get())
}
