//! `poll_oneoff` with files and clocks.

use wasi::*;

use crate::tools::*;

const HOUR: u64 = 3_600_000_000_000;

pub fn clock(userdata: u64, timeout: u64, flags: Subclockflags) -> Subscription {
    let clock = SubscriptionClock { id: CLOCKID_MONOTONIC, timeout, precision: 0, flags };
    Subscription { userdata, u: SubscriptionU { tag: EVENTTYPE_CLOCK.raw(), u: SubscriptionUU { clock } } }
}

pub fn readable(userdata: u64, file_descriptor: u32) -> Subscription {
    let fd_read = SubscriptionFdReadwrite { file_descriptor };
    Subscription { userdata, u: SubscriptionU { tag: EVENTTYPE_FD_READ.raw(), u: SubscriptionUU { fd_read } } }
}

pub fn writable(userdata: u64, file_descriptor: u32) -> Subscription {
    let fd_write = SubscriptionFdReadwrite { file_descriptor };
    Subscription { userdata, u: SubscriptionU { tag: EVENTTYPE_FD_WRITE.raw(), u: SubscriptionUU { fd_write } } }
}

/// The events, each by its own number, kind and error.
pub fn poll(all: &[Subscription]) -> Result<Vec<(u64, Eventtype, Errno)>, Errno> {
    let mut events = Vec::with_capacity(all.len());
    let count = unsafe { poll_oneoff(all.as_ptr(), events.as_mut_ptr(), all.len()) }?;
    unsafe { events.set_len(count) };
    Ok(events.iter().map(|event: &Event| (event.userdata, event.type_, event.error)).collect())
}

#[case]
fn poll_oneoff_clock_waits() -> Outcome {
    let start = unsafe { clock_time_get(CLOCKID_MONOTONIC, 1)? };
    same(poll(&[clock(7, 5_000_000, 0)])?, [(7, EVENTTYPE_CLOCK, ERRNO_SUCCESS)])?;
    holds(unsafe { clock_time_get(CLOCKID_MONOTONIC, 1)? } - start >= 5_000_000, "five milliseconds have passed")
}

#[case]
fn poll_oneoff_clock_of_the_past() -> Outcome {
    let past = clock(7, 1, SUBCLOCKFLAGS_SUBSCRIPTION_CLOCK_ABSTIME);
    same(poll(&[past])?, [(7, EVENTTYPE_CLOCK, ERRNO_SUCCESS)])
}

#[case]
fn poll_oneoff_shorter_of_two_clocks() -> Outcome {
    same(poll(&[clock(1, HOUR, 0), clock(2, 1_000_000, 0)])?, [(2, EVENTTYPE_CLOCK, ERRNO_SUCCESS)])
}

#[case]
fn poll_oneoff_file_to_read_and_a_long_clock() -> Outcome {
    // "This event always triggers for regular files."
    let file = open("hello.txt")?;
    same(poll(&[clock(1, HOUR, 0), readable(2, file.0)])?, [(2, EVENTTYPE_FD_READ, ERRNO_SUCCESS)])
}

#[case]
fn poll_oneoff_file_at_its_end() -> Outcome {
    let file = open("empty.txt")?;
    same(poll(&[clock(1, HOUR, 0), readable(2, file.0)])?, [(2, EVENTTYPE_FD_READ, ERRNO_SUCCESS)])
}

#[case]
fn poll_oneoff_file_to_write_and_a_long_clock(dir: &File) -> Outcome {
    let file = file(dir, "f", "")?;
    same(poll(&[writable(1, file.0), clock(2, HOUR, 0)])?, [(1, EVENTTYPE_FD_WRITE, ERRNO_SUCCESS)])
}

#[case]
fn poll_oneoff_file_both_ways(dir: &File) -> Outcome {
    let file = file(dir, "f", "x")?;
    let both = [(1, EVENTTYPE_FD_READ, ERRNO_SUCCESS), (2, EVENTTYPE_FD_WRITE, ERRNO_SUCCESS)];
    // A host may answer as soon as it knows of one.
    let seen = poll(&[readable(1, file.0), writable(2, file.0)])?;
    if !seen.is_empty() && seen.iter().all(|event| both.contains(event)) {
        return Ok(());
    }
    same(seen, both)
}

#[case]
fn poll_oneoff_of_nothing() -> Outcome {
    fails(poll(&[]), &[ERRNO_INVAL])
}
