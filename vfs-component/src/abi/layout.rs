//! Rust types whose layout is the canonical ABI's.
//!
//! `repr(C, u8)` puts a tag byte first and the payload at the largest alignment of the cases, which is the rule for variants;
//! `repr(C)` is the rule for records. A test compares the sizes and offsets with what wit-parser computes from WASI's WIT.

/// `result<T, E>`.
#[derive(Clone, Copy)]
#[repr(C, u8)]
pub enum Res<T, E> {
    Ok(T),
    Err(E),
}

impl<T, E> From<Result<T, E>> for Res<T, E> {
    fn from(result: Result<T, E>) -> Self {
        match result {
            Ok(value) => Self::Ok(value),
            Err(error) => Self::Err(error),
        }
    }
}

/// `option<T>`.
#[derive(Clone, Copy)]
#[repr(C, u8)]
pub enum Opt<T> {
    None,
    Some(T),
}

impl<T> From<Option<T>> for Opt<T> {
    fn from(option: Option<T>) -> Self {
        match option {
            Some(value) => Self::Some(value),
            None => Self::None,
        }
    }
}

/// The payload of `result<_, E>`'s success.
pub type Unit = [u8; 0];

/// `tuple<A, B>`.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Pair<A, B>(pub A, pub B);

/// `list<T>` and `string`: an address in this module's memory and a number of elements.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct List {
    pub pointer: *const u8,
    pub length: usize,
}

impl List {
    pub const EMPTY: Self = Self { pointer: core::ptr::dangling(), length: 0 };

    pub fn of<T>(slice: &[T]) -> Self {
        Self { pointer: slice.as_ptr().cast(), length: slice.len() }
    }
}

/// `wasi:clocks/wall-clock.datetime`.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Datetime {
    pub seconds: u64,
    pub nanoseconds: u32,
}

impl From<vfs_core::Timestamp> for Datetime {
    fn from(time: vfs_core::Timestamp) -> Self {
        Self { seconds: time.seconds, nanoseconds: time.nanoseconds }
    }
}
