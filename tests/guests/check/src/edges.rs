//! Numbers at the edges of their types, for every call that takes an offset, a length or a time. What is printed of the answers is
//! compared between hosts.

use std::fmt::Display;

use crate::Outcome;

/// The largest offset that a file can end at.
pub const LAST: u64 = i64::MAX as u64;

/// In and around a file of five bytes, then where 31, 32, 63 and 64 bits end.
pub const OFFSETS: [u64; 18] = [
    0,
    1,
    4,
    5,
    6,
    (1 << 31) - 1,
    1 << 31,
    (1 << 31) + 1,
    u32::MAX as u64,
    1 << 32,
    (1 << 32) + 1,
    1 << 62,
    LAST - 1,
    LAST,
    LAST + 1,
    LAST + 2,
    u64::MAX - 1,
    u64::MAX,
];

pub const LENGTHS: [u64; 11] =
    [0, 1, 2, (1 << 31) - 1, 1 << 31, u32::MAX as u64, 1 << 32, LAST, LAST + 1, u64::MAX - 1, u64::MAX];

/// Nanoseconds that are over at once, or not while anybody looks.
pub const WAITS: [u64; 7] = [0, 1, 1 << 62, LAST, LAST + 1, u64::MAX - 1, u64::MAX];

/// Offsets that every filesystem has, and those that none has. Between them, each disk has its own end.
pub fn offsets_to_change() -> impl Iterator<Item = u64> {
    OFFSETS.into_iter().filter(|offset| *offset <= 1 << 33 || *offset >= LAST)
}

pub fn print(call: impl Display, answer: Result<impl Display, impl Display>) {
    match answer {
        Ok(answer) => println!("  {call}: {answer}"),
        Err(error) => println!("  {call}: {error}"),
    }
}

/// Prints what is answered to each length at each offset.
pub fn print_ranges<T: Display, E: Display>(act: impl Fn(u64, u64) -> Result<T, E>) {
    for offset in OFFSETS {
        for length in LENGTHS {
            print(format_args!("{length} at {offset}"), act(offset, length));
        }
    }
}

/// Seconds and nanoseconds since 1970, if there is a time.
pub type Time<S> = Option<(S, u32)>;

/// Sets one of a file's two times, access and modification, to each of `times`, while the other is seven seconds and seven
/// nanoseconds. Prints what is answered and what is `seen` after it.
pub fn print_times<S: Copy + Display + From<u8>>(
    times: &[(S, u32)],
    set: impl Fn([Time<S>; 2]) -> Result<(), String>,
    seen: impl Fn() -> Result<[Time<S>; 2], crate::Saw>,
) -> Outcome {
    let seven = Some((S::from(7), 7));
    for &new in times {
        let (seconds, nanoseconds) = new;
        for (which, both) in [("access", [Some(new), None]), ("modification", [None, Some(new)])] {
            set([seven, seven]).map_err(crate::Saw)?;
            let answer = set(both);
            let seen = seen()?.map(|time| match time {
                Some((seconds, nanoseconds)) => format!("{seconds}.{nanoseconds:09}"),
                None => "none".into(),
            });
            let answer = answer.map(|()| seen.join(" ")).map_err(|error| format!("{error}, {}", seen.join(" ")));
            print(format_args!("{which} {seconds}.{nanoseconds:09}"), answer);
        }
    }
    Ok(())
}
