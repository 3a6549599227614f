//! The canonical ABI by hand: memory for arguments, memory for results, and layouts of results.

mod area;
mod arena;
mod layout;
mod stat;
mod version3;

pub use area::Area;
pub use layout::{Datetime, List, Opt, Pair, Res, Unit};
pub use stat::DescriptorStat;
pub use version3::{DescriptorType, ErrorCode};

#[cfg(feature = "tasks")]
pub use arena::{expect_list, keep as keep_arguments, release as release_arguments};
pub use arena::{finish as finish_call, make_more_room, make_room, utf8};

/// Ends the instance. For traps that the component model itself defines, and for calls that cannot report an error.
#[cold]
pub fn trap() -> ! {
    #[cfg(target_arch = "wasm32")]
    core::arch::wasm32::unreachable();
    #[cfg(not(target_arch = "wasm32"))]
    panic!("trap");
}

/// Returns a `list<T>` or `string` that the caller of an export, or a host import, has written to this module's memory.
///
/// It is valid until the end of the current call; see [`arena`].
pub fn list<T: Plain>(pointer: *const T, length: usize) -> &'static [T] {
    if length == 0 {
        return &[];
    }
    // SAFETY: the canonical ABI got the memory from `cabi_realloc` for exactly this many aligned elements, and has
    // written them all; every bit pattern of `Plain` types is valid. The arena frees nothing before the next call
    // begins, and no caller keeps the slice past its own call.
    unsafe { core::slice::from_raw_parts(pointer, length) }
}

/// Returns a `string` argument. Malformed UTF-8 traps, as in the component model.
pub fn string(pointer: *const u8, length: usize) -> &'static str {
    match core::str::from_utf8(list(pointer, length)) {
        Ok(string) => string,
        Err(_) => trap(),
    }
}

/// Types for which every bit pattern is a valid value.
pub trait Plain: Copy {}
impl Plain for u8 {}
impl Plain for u16 {}
impl Plain for u32 {}
impl Plain for List {}
impl Plain for Pair<List, List> {}
