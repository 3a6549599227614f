//! An allocator that says no when it is told to. An allocation that cannot be answered would end the process here.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    /// Allocations of this thread that still succeed; `None`: all.
    static LEFT: Cell<Option<u32>> = const { Cell::new(None) };
}

struct Failing;

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

// SAFETY: everything is the system's allocator's; saying no is allowed at any time.
unsafe impl GlobalAlloc for Failing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are passed on.
        if may_allocate() { unsafe { System.alloc(layout) } } else { std::ptr::null_mut() }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's promises are passed on.
        if may_allocate() { unsafe { System.realloc(pointer, layout, size) } } else { std::ptr::null_mut() }
    }
}

#[global_allocator]
static ALLOCATOR: Failing = Failing;

/// Does something with so many allocations of this thread that succeed; all after them fail.
pub fn with_allocations<T>(allowed: u32, what: impl FnOnce() -> T) -> T {
    LEFT.set(Some(allowed));
    let result = what();
    LEFT.set(None);
    result
}
