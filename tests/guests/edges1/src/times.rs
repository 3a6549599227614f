//! Times of files, in nanoseconds since 1970.

use check::edges::LAST;
use check::{Behaviour, Outcome};

use crate::preview1::*;
use crate::{five, print, scratch};

pub const BEHAVIOURS: &[Behaviour] = &[("set_times", set_times), ("set_times_at", set_times_at)];
pub const OF_NO_DISK: &[Behaviour] = &[("set_late_times", set_late_times), ("set_late_times_at", set_late_times_at)];

/// Times that every disk has.
const TIMES: [u64; 9] = [
    0,
    1,
    999_999_999,
    1_000_000_000,
    (1 << 31) - 1,
    u32::MAX as u64,
    1 << 32,
    ((1 << 31) - 1) * 1_000_000_000 + 999_999_999,
    1_234_567_890_123_456_789,
];
/// In the years 2262 and 2554.
const LATE: [u64; 5] = [LAST - 1, LAST, LAST + 1, u64::MAX - 1, u64::MAX];

const ACCESSED: u32 = 1;
const ACCESSED_NOW: u32 = 2;
const MODIFIED: u32 = 4;
const MODIFIED_NOW: u32 = 8;

fn times(name: &str, times: &[u64], set: impl Fn(u32, u32, u64, u64, u32) -> u32) -> Outcome {
    let directory = scratch(name);
    let file = five(directory);
    let seen = || {
        let mut stat = [0; 8];
        assert_eq!(unsafe { fd_filestat_get(file, &mut stat) }, 0);
        format!("{} {}", stat[5], stat[6])
    };
    for &time in times {
        for (which, flags) in [("access", ACCESSED), ("modification", MODIFIED), ("both", ACCESSED | MODIFIED)] {
            assert_eq!(set(directory, file, 7, 7, ACCESSED | MODIFIED), 0);
            print(format_args!("{which} {time}"), set(directory, file, time, time, flags), seen());
        }
    }
    assert_eq!(set(directory, file, 7, 7, ACCESSED | MODIFIED), 0);
    for flags in [0, ACCESSED | ACCESSED_NOW, MODIFIED | MODIFIED_NOW, 16, 1 << 15] {
        let errno = set(directory, file, 9, 9, flags);
        print(format_args!("flags {flags}"), errno, "ok");
        print("  times", 0, seen());
    }
    Ok(())
}

fn by_descriptor(_: u32, file: u32, accessed: u64, modified: u64, flags: u32) -> u32 {
    unsafe { fd_filestat_set_times(file, accessed, modified, flags) }
}

fn by_path(directory: u32, _: u32, accessed: u64, modified: u64, flags: u32) -> u32 {
    unsafe { path_filestat_set_times(directory, 1, b"file".as_ptr(), 4, accessed, modified, flags) }
}

fn set_times() -> Outcome {
    times("times", &TIMES, by_descriptor)
}

fn set_times_at() -> Outcome {
    times("times_at", &TIMES, by_path)
}

fn set_late_times() -> Outcome {
    times("late_times", &LATE, by_descriptor)
}

fn set_late_times_at() -> Outcome {
    times("late_times_at", &LATE, by_path)
}
