//! Lists and strings that host functions return.
//!
//! The canonical ABI asks [`cabi_import_realloc`] for memory, and whoever called the host function owns it afterwards.

use std::alloc::Layout;

/// Allocates memory for the canonical ABI.
///
/// # Traps
/// If there is none: the canonical ABI has no other answer.
#[unsafe(no_mangle)]
extern "C" fn cabi_import_realloc(old: *mut u8, old_size: usize, align: usize, new_size: usize) -> *mut u8 {
    if new_size == 0 {
        return core::ptr::without_provenance_mut(align);
    }
    let (Ok(old_layout), Ok(new_layout)) =
        (Layout::from_size_align(old_size, align), Layout::from_size_align(new_size, align))
    else {
        trap()
    };
    // SAFETY: the size is not 0, and `old` was allocated here with this layout.
    let place = unsafe {
        if old_size == 0 { std::alloc::alloc(new_layout) } else { std::alloc::realloc(old, old_layout, new_size) }
    };
    if place.is_null() { trap() } else { place }
}

/// Ends the instance.
pub fn trap() -> ! {
    core::arch::wasm32::unreachable()
}

/// A list as the canonical ABI returns it.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Raw {
    pointer: *mut u8,
    length: usize,
}

/// Types of which every bit pattern is a value.
pub trait Plain: Copy {}
impl Plain for u8 {}
impl Plain for u32 {}
impl Plain for Raw {}
impl Plain for (u32, Raw) {}

impl Raw {
    /// Takes over the list that a host function has returned. Call it once for each.
    pub fn take<T: Plain>(self) -> Vec<T> {
        if self.length == 0 {
            return Vec::new();
        }
        // SAFETY: the memory comes from `cabi_import_realloc`, for exactly this many elements, whose size and alignment
        // are those of `T`; every bit pattern is a `T`, and nobody else has the list.
        unsafe { Vec::from_raw_parts(self.pointer.cast(), self.length, self.length) }
    }

    /// Takes over a string.
    pub fn take_string(self) -> String {
        // SAFETY: the canonical ABI checks that strings are UTF-8.
        unsafe { String::from_utf8_unchecked(self.take()) }
    }
}
