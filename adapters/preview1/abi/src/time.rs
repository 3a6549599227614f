//! Times: preview1 counts nanoseconds since 1970 in 64 bits, other systems seconds and nanoseconds.

const PER_SECOND: u64 = 1_000_000_000;
const LAST_SECOND: u64 = u64::MAX / PER_SECOND;

/// Returns a time in nanoseconds. `None`: it does not fit.
#[must_use]
pub fn nanoseconds(seconds: u64, nanoseconds: u32) -> Option<u64> {
    // A comparison: `checked_mul` would be a call, with which WebAssembly multiplies to 128 bits.
    if seconds > LAST_SECOND {
        return None;
    }
    (seconds * PER_SECOND).checked_add(nanoseconds.into())
}

/// Returns the time of a file in nanoseconds. Times that preview1 cannot express become the first or the last one that it
/// can: they must not keep a program from looking at the file. A time before 1970 has the bits of a negative number.
#[must_use]
pub fn nearest(seconds: u64, fraction: u32) -> u64 {
    if seconds > i64::MAX as u64 { 0 } else { nanoseconds(seconds, fraction).unwrap_or(u64::MAX) }
}

/// Returns the seconds of a time, and the nanoseconds after them.
#[must_use]
pub const fn parts(time: u64) -> (u64, u32) {
    // Less than a second.
    (time / PER_SECOND, (time % PER_SECOND) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_that_fits_is_kept() {
        for time in [0, 1, PER_SECOND - 1, PER_SECOND, u64::MAX - 1, u64::MAX] {
            let (seconds, fraction) = parts(time);
            assert_eq!(nanoseconds(seconds, fraction), Some(time));
            assert_eq!(nearest(seconds, fraction), time);
        }
    }

    #[test]
    fn a_time_that_does_not_fit_is_near() {
        let (seconds, fraction) = parts(u64::MAX);
        for (seconds, fraction) in [(seconds, fraction + 1), (seconds + 1, 0), (i64::MAX as u64, 0)] {
            assert_eq!((nanoseconds(seconds, fraction), nearest(seconds, fraction)), (None, u64::MAX));
        }
        assert_eq!((nanoseconds(-1_i64 as u64, 0), nearest(-1_i64 as u64, 0)), (None, 0));
    }
}
