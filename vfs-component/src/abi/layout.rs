//! Rust types with the layouts of the canonical ABI.
//!
//! `repr(C, u8)` puts a tag byte first and the payload at the largest alignment of the cases, as the canonical ABI lays
//! out variants; `repr(C)` matches its layout of records.

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

/// The payload of a successful `result<_, E>`.
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

/// Checks layouts that are easy to get wrong.
#[cfg(target_arch = "wasm32")]
const _: () = {
    assert!(size_of::<List>() == 8 && align_of::<Datetime>() == 8 && size_of::<Datetime>() == 16);
    // option<datetime>: the tag, 7 bytes of padding, the datetime.
    assert!(size_of::<Opt<Datetime>>() == 24);
    // result<list<u8>, stream-error>: the tag, 3 bytes of padding, the list.
    assert!(size_of::<Res<List, u8>>() == 12 && align_of::<Res<List, u8>>() == 4);
    // result<_, error-code>: the tag, the code.
    assert!(size_of::<Res<Unit, u8>>() == 2);
    // result<tuple<list<u8>, bool>, error-code>.
    assert!(size_of::<Res<Pair<List, bool>, u8>>() == 16);
    // result<option<directory-entry>, error-code>: tag, padding, tag, padding, type, padding, name.
    assert!(size_of::<Res<Opt<Pair<u8, List>>, u8>>() == 20);
};
