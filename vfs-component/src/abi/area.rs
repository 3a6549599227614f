//! The fixed area of results.

use core::cell::UnsafeCell;

/// Size of the area in bytes; the widest result is `descriptor.stat`'s with 104.
const SIZE: usize = 128;

thread_local! {
    static AREA: UnsafeCell<[u64; SIZE / 8]> = const { UnsafeCell::new([0; SIZE / 8]) };
}

/// Results wider than one core value.
pub struct Area;

impl Area {
    /// Writes a result to the area, where the caller of the export reads it. It stays valid until the next call.
    pub fn put<T: Copy>(value: T) -> *const T {
        const { assert!(size_of::<T>() <= SIZE && align_of::<T>() <= 8) };
        let place = AREA.with(UnsafeCell::get).cast::<T>();
        // SAFETY: the area is large enough and aligned (asserted above). A module without threads has one caller at a
        // time, and nothing here keeps a reference into the area.
        unsafe { place.write(value) };
        place
    }
}
