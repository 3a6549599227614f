//! Waiting for files, standard streams and clocks together.

use check::{Behaviour, Outcome, holds, same};
use wasip2::cli::stdout::get_stdout;
use wasip2::clocks::monotonic_clock::{now, subscribe_duration, subscribe_instant};
use wasip2::io::poll::poll;

use crate::tree::{create, open, scratch, standard_input};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("file_is_ready", file_is_ready),
    ("file_at_its_end_is_ready", file_at_its_end_is_ready),
    ("file_for_writing_is_ready", file_for_writing_is_ready),
    ("short_clock", short_clock),
    ("shorter_of_two_clocks", shorter_of_two_clocks),
    ("clock_that_has_passed", clock_that_has_passed),
    ("file_before_a_long_clock", file_before_a_long_clock),
    ("file_behind_a_long_clock", file_behind_a_long_clock),
    ("file_and_passed_clock_are_both_told", file_and_passed_clock_are_both_told),
    ("stdin_clock_and_file", stdin_clock_and_file),
    ("stdin_and_a_long_clock", stdin_and_a_long_clock),
    ("stdout_is_ready", stdout_is_ready),
    ("same_pollable_twice", same_pollable_twice),
    ("many_pollables", many_pollables),
    ("pollable_used_again", pollable_used_again),
];

const MILLISECOND: u64 = 1_000_000;
const HOUR: u64 = 3_600_000 * MILLISECOND;

fn file_is_ready() -> Outcome {
    let stream = open("hello.txt")?.read_via_stream(0)?;
    let ready = stream.subscribe();
    ready.block();
    holds(ready.ready(), "a file is ready")?;
    same(poll(&[&ready]), [0])
}

fn file_at_its_end_is_ready() -> Outcome {
    let stream = open("empty.txt")?.read_via_stream(0)?;
    same(poll(&[&stream.subscribe()]), [0])
}

fn file_for_writing_is_ready() -> Outcome {
    let dir = scratch("file_for_writing_is_ready")?;
    let stream = create(&dir, "f")?.write_via_stream(0)?;
    same(poll(&[&stream.subscribe()]), [0])
}

fn short_clock() -> Outcome {
    let start = now();
    same(poll(&[&subscribe_duration(20 * MILLISECOND)]), [0])?;
    holds(now() - start >= 20 * MILLISECOND, "it took its time")
}

fn shorter_of_two_clocks() -> Outcome {
    let (long, short) = (subscribe_duration(HOUR), subscribe_duration(5 * MILLISECOND));
    same(poll(&[&long, &short]), [1])?;
    holds(!long.ready(), "the long one still runs")
}

fn clock_that_has_passed() -> Outcome {
    let passed = subscribe_instant(now().saturating_sub(MILLISECOND));
    same(poll(&[&passed]), [0])?;
    holds(passed.ready(), "it stays passed")?;
    subscribe_duration(0).block();
    Ok(())
}

fn file_before_a_long_clock() -> Outcome {
    let stream = open("hello.txt")?.read_via_stream(0)?;
    same(poll(&[&stream.subscribe(), &subscribe_duration(HOUR)]), [0])
}

fn file_behind_a_long_clock() -> Outcome {
    let stream = open("hello.txt")?.read_via_stream(0)?;
    same(poll(&[&subscribe_duration(HOUR), &subscribe_duration(HOUR), &stream.subscribe()]), [2])
}

fn file_and_passed_clock_are_both_told() -> Outcome {
    let stream = open("hello.txt")?.read_via_stream(0)?;
    let (file, passed) = (stream.subscribe(), subscribe_duration(0));
    file.block();
    passed.block();
    let mut ready = poll(&[&passed, &file]);
    ready.sort_unstable();
    same(ready, [0, 1])
}

fn stdin_clock_and_file() -> Outcome {
    let stdin = standard_input();
    let stream = open("hello.txt")?.read_via_stream(0)?;
    let (typed, time, file) = (stdin.subscribe(), subscribe_duration(HOUR), stream.subscribe());
    let ready = poll(&[&typed, &time, &file]);
    holds(!ready.is_empty() && !ready.contains(&1), "something is ready, and not the long clock")?;
    file.block();
    holds(poll(&[&time, &typed, &file]).contains(&2), "a file that is ready is told")
}

fn stdin_and_a_long_clock() -> Outcome {
    let stdin = standard_input();
    same(poll(&[&subscribe_duration(HOUR), &stdin.subscribe()]), [1])
}

fn stdout_is_ready() -> Outcome {
    let stdout = get_stdout();
    same(poll(&[&subscribe_duration(HOUR), &stdout.subscribe()]), [1])
}

fn same_pollable_twice() -> Outcome {
    let stream = open("hello.txt")?.read_via_stream(0)?;
    let ready = stream.subscribe();
    ready.block();
    same(poll(&[&ready, &ready]), [0, 1])
}

fn many_pollables() -> Outcome {
    let stream = open("hello.txt")?.read_via_stream(0)?;
    let mut all: Vec<_> = (0..200).map(|_| subscribe_duration(HOUR)).collect();
    all.push(stream.subscribe());
    same(poll(&all.iter().collect::<Vec<_>>()), [200])
}

fn pollable_used_again() -> Outcome {
    let stream = open("hello.txt")?.read_via_stream(0)?;
    let ready = stream.subscribe();
    for _ in 0..13 {
        ready.block();
        while stream.read(1)?.is_empty() {
            ready.block();
        }
    }
    ready.block();
    crate::tree::closed(stream.blocking_read(1))
}
