//! `poll` with files and clocks.

use wasip2::clocks::monotonic_clock::{now, subscribe_duration, subscribe_instant};
use wasip2::io::poll::poll;

use crate::tools::*;

const HOUR: u64 = 3_600_000_000_000;
const MILLISECOND: u64 = 1_000_000;

#[case]
fn poll_file_to_read_is_ready() -> Outcome {
    let stream = open("hello.txt")?.read_via_stream(0)?;
    same(poll(&[&stream.subscribe()]), [0])
}

#[case]
fn poll_file_to_write_is_ready(dir: &Descriptor) -> Outcome {
    let stream = file(dir, "f", "")?.write_via_stream(0)?;
    same(poll(&[&stream.subscribe()]), [0])
}

#[case]
fn poll_file_at_its_end_is_ready() -> Outcome {
    let stream = open("empty.txt")?.read_via_stream(0)?;
    same(poll(&[&stream.subscribe()]), [0])
}

#[case]
fn poll_clock_waits() -> Outcome {
    let start = now();
    same(poll(&[&subscribe_duration(5 * MILLISECOND)]), [0])?;
    holds(now() - start >= 5 * MILLISECOND, "five milliseconds have passed")
}

#[case]
fn poll_clock_of_the_past() -> Outcome {
    same(poll(&[&subscribe_instant(0)]), [0])
}

#[case]
fn poll_shorter_of_two_clocks() -> Outcome {
    same(poll(&[&subscribe_duration(HOUR), &subscribe_duration(MILLISECOND)]), [1])
}

#[case]
fn poll_file_before_a_long_clock() -> Outcome {
    let stream = open("hello.txt")?.read_via_stream(0)?;
    same(poll(&[&stream.subscribe(), &subscribe_duration(HOUR)]), [0])
}

#[case]
fn poll_file_behind_a_long_clock() -> Outcome {
    let stream = open("hello.txt")?.read_via_stream(0)?;
    same(poll(&[&subscribe_duration(HOUR), &stream.subscribe()]), [1])
}

#[case]
fn poll_file_and_a_clock_of_the_past() -> Outcome {
    let stream = open("hello.txt")?.read_via_stream(0)?;
    let file = stream.subscribe();
    file.block();
    let clock = subscribe_instant(0);
    clock.block();
    same(sorted(poll(&[&clock, &file])), [0, 1])
}

#[case]
fn poll_one_pollable_twice() -> Outcome {
    let stream = open("hello.txt")?.read_via_stream(0)?;
    let file = stream.subscribe();
    file.block();
    same(sorted(poll(&[&file, &file])), [0, 1])
}

#[case]
fn poll_thousand_clocks_and_a_file() -> Outcome {
    let stream = open("hello.txt")?.read_via_stream(0)?;
    let mut all: Vec<_> = (0..1000).map(|_| subscribe_duration(HOUR)).collect();
    all.push(stream.subscribe());
    same(poll(&all.iter().collect::<Vec<_>>()), [1000])
}

#[case]
fn poll_the_same_list_again() -> Outcome {
    let stream = open("hello.txt")?.read_via_stream(0)?;
    let (clock, file) = (subscribe_duration(HOUR), stream.subscribe());
    for _ in 0..10 {
        same(poll(&[&clock, &file]), [1])?;
    }
    Ok(())
}

#[case]
fn pollable_ready_of_a_file() -> Outcome {
    let stream = open("hello.txt")?.read_via_stream(0)?;
    let file = stream.subscribe();
    file.block();
    holds(file.ready(), "it was waited for")
}

#[case]
fn pollable_ready_of_a_long_clock() -> Outcome {
    holds(!subscribe_duration(HOUR).ready(), "an hour has not passed")
}

#[case]
fn pollable_ready_stays() -> Outcome {
    let clock = subscribe_duration(0);
    clock.block();
    holds(clock.ready() && clock.ready(), "what has passed has passed")
}

#[case]
fn pollable_block_of_a_clock() -> Outcome {
    let start = now();
    subscribe_instant(start + 3 * MILLISECOND).block();
    holds(now() >= start + 3 * MILLISECOND, "three milliseconds have passed")
}

#[case]
fn pollable_block_of_a_file_twice(dir: &Descriptor) -> Outcome {
    let stream = file(dir, "f", "")?.write_via_stream(0)?;
    let room = stream.subscribe();
    room.block();
    stream.check_write()?;
    stream.write(b"x")?;
    room.block();
    holds(stream.check_write()? > 0, "it takes more")
}
