//! The allocator: dlmalloc, first in the initial memory between stack and data, then in what `memory.grow` returns.
//!
//! Hosts that make an instance for each request pay for each growth of a memory and for each page that is touched. Most
//! requests need less than the initial memory has, and the heap begins in the page where the stack ends.

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32::memory_grow;
use core::cell::{Cell, UnsafeCell};

use dlmalloc::{Allocator, Dlmalloc};

/// Bytes of a page of wasm.
const PAGE: usize = 64 << 10;
/// Bytes that dlmalloc gets first, up to the end of a page of most hosts: it writes to the end of what it gets.
const FIRST: usize = 6 << 10;

unsafe extern "C" {
    /// Ends the stack, which is the first thing in memory; `composer/vfs/build/guest.rs` sets its size.
    static __stack_high: u8;
    /// Begins the data; set there too.
    static __global_base: u8;
}

/// Memory that is not dlmalloc's yet.
struct Pages {
    /// Bytes between stack and data that it has.
    given: Cell<usize>,
}

// SAFETY: what is returned was never returned before: `given` only grows, and so does memory. Nothing else uses the
// bytes between stack and data, and nobody shrinks memory.
unsafe impl Allocator for Pages {
    fn alloc(&self, size: usize) -> (*mut u8, usize, u32) {
        let start = (&raw const __stack_high).cast_mut();
        let given = self.given.get();
        let left = (&raw const __global_base).addr() - start.addr() - given;
        if size <= left {
            let size = if given == 0 { size.max(FIRST) } else { left };
            self.given.set(given + size);
            return (start.wrapping_add(given), size, 0);
        }
        let pages = size.div_ceil(PAGE);
        let old = memory_grow::<0>(pages);
        if old == usize::MAX {
            return (core::ptr::null_mut(), 0, 0);
        }
        let (start, size) = (old * PAGE, pages * PAGE);
        // No object may end where the address space does.
        let size = if start.wrapping_add(size) == 0 { size - 16 } else { size };
        (core::ptr::with_exposed_provenance_mut(start), size, 0)
    }

    fn remap(&self, _: *mut u8, _: usize, _: usize, _: bool) -> *mut u8 {
        core::ptr::null_mut()
    }

    fn free_part(&self, _: *mut u8, _: usize, _: usize) -> bool {
        false
    }

    fn free(&self, _: *mut u8, _: usize) -> bool {
        false
    }

    fn can_release_part(&self, _: u32) -> bool {
        false
    }

    fn allocates_zeros(&self) -> bool {
        true
    }

    fn page_size(&self) -> usize {
        PAGE
    }
}

struct Heap(UnsafeCell<Dlmalloc<Pages>>);

// SAFETY: a module without threads has one caller at a time.
unsafe impl Sync for Heap {}

#[global_allocator]
static HEAP: Heap = Heap(UnsafeCell::new({
    let mut heap = Dlmalloc::new_with_allocator(Pages { given: Cell::new(0) });
    assert!(heap.set_granularity(FIRST / 3));
    heap
}));

// SAFETY: dlmalloc keeps the contract.
unsafe impl GlobalAlloc for Heap {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract, and no other call is under way.
        unsafe { (*self.0.get()).malloc(layout.size(), layout.align()) }
    }

    #[inline]
    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract, and no other call is under way.
        unsafe { (*self.0.get()).free(place, layout.size(), layout.align()) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract, and no other call is under way.
        unsafe { (*self.0.get()).calloc(layout.size(), layout.align()) }
    }

    #[inline]
    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller keeps the contract, and no other call is under way.
        unsafe { (*self.0.get()).realloc(place, layout.size(), layout.align(), size) }
    }
}
