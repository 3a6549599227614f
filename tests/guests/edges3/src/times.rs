//! Times of files, in seconds with a sign.

use check::edges::{Time, print_times};
use check::{Behaviour, Outcome};
use wasip3::clocks::system_clock::Instant;
use wasip3::filesystem::types::{Descriptor, ErrorCode, NewTimestamp, PathFlags};
use wasip3::wit_bindgen::block_on;

use crate::{five, scratch};

pub const BEHAVIOURS: &[Behaviour] = &[("set_times", set_times), ("set_times_at", set_times_at)];
/// A second or more of nanoseconds.
pub const FULL_SECONDS: &[Behaviour] =
    &[("set_full_seconds", set_full_seconds), ("set_full_seconds_at", set_full_seconds_at)];
/// Parts of a second before 1970.
pub const ODD: &[Behaviour] = &[("set_odd_times", set_odd_times), ("set_odd_times_at", set_odd_times_at)];
/// Times that no disk has, or not every one.
pub const OF_NO_DISK: &[Behaviour] = &[("set_far_times", set_far_times), ("set_far_times_at", set_far_times_at)];

/// Times that every disk has.
const TIMES: [(i64, u32); 7] =
    [(0, 0), (0, 1), (0, 999_999_999), (1, 999_999_999), ((1 << 31) - 1, 0), (1 << 31, 5), (-1, 0)];

const FULL: [(i64, u32); 5] =
    [(0, 1_000_000_000), (1, 1_000_000_001), (0, u32::MAX), (-1, 1_000_000_000), (i64::MAX, u32::MAX)];

const ODD_TIMES: [(i64, u32); 3] = [(-1, 1), (-1, 999_999_999), (-1_000_000, 5)];

/// Where 32, 63 and 64 bits of seconds end.
const FAR_TIMES: [(i64, u32); 9] = [
    (u32::MAX as i64, 999_999_999),
    (1 << 32, 0),
    ((-1 << 31) - 1, 0),
    (i64::MAX - 1, 0),
    (i64::MAX, 0),
    (i64::MAX, 999_999_999),
    (i64::MIN, 0),
    (i64::MIN, 999_999_999),
    (i64::MIN + 1, 1),
];

type Set = fn(&Descriptor, &Descriptor, NewTimestamp, NewTimestamp) -> Result<(), ErrorCode>;

fn times(name: &str, times: &[(i64, u32)], set: Set) -> Outcome {
    let directory = scratch(name)?;
    let file = five(&directory, "file")?;
    let new = |time: Time<i64>| match time {
        Some((seconds, nanoseconds)) => NewTimestamp::Timestamp(Instant { seconds, nanoseconds }),
        None => NewTimestamp::NoChange,
    };
    let set = |[access, modification]: [_; 2]| {
        set(&directory, &file, new(access), new(modification)).map_err(|error| error.to_string())
    };
    print_times(times, set, || {
        let stat = block_on(file.stat())?;
        let seen = [stat.data_access_timestamp, stat.data_modification_timestamp];
        Ok(seen.map(|time| time.map(|time| (time.seconds, time.nanoseconds))))
    })
}

const BY_DESCRIPTOR: Set = |_, file, access, modification| block_on(file.set_times(access, modification));
const BY_PATH: Set = |directory, _, access, modification| {
    block_on(directory.set_times_at(PathFlags::empty(), "file".into(), access, modification))
};

fn set_times() -> Outcome {
    times("set_times", &TIMES, BY_DESCRIPTOR)
}

fn set_times_at() -> Outcome {
    times("set_times_at", &TIMES, BY_PATH)
}

fn set_full_seconds() -> Outcome {
    times("set_full_seconds", &FULL, BY_DESCRIPTOR)
}

fn set_full_seconds_at() -> Outcome {
    times("set_full_seconds_at", &FULL, BY_PATH)
}

fn set_odd_times() -> Outcome {
    times("set_odd_times", &ODD_TIMES, BY_DESCRIPTOR)
}

fn set_odd_times_at() -> Outcome {
    times("set_odd_times_at", &ODD_TIMES, BY_PATH)
}

fn set_far_times() -> Outcome {
    times("set_far_times", &FAR_TIMES, BY_DESCRIPTOR)
}

fn set_far_times_at() -> Outcome {
    times("set_far_times_at", &FAR_TIMES, BY_PATH)
}
