//! Standard streams that are not terminals.

use wasip2::cli::{stderr, stdin, stdout, terminal_stderr, terminal_stdin, terminal_stdout};
use wasip2::clocks::monotonic_clock::subscribe_duration;
use wasip2::io::poll::poll;

use crate::tools::*;

const HOUR: u64 = 3_600_000_000_000;

#[case]
fn get_stdin_has_all_that_was_given() -> Outcome {
    same(drain(&stdin::get_stdin())?, b"one\ntwo\n")
}

#[case]
fn get_stdin_closed_at_the_end() -> Outcome {
    let stdin = stdin::get_stdin();
    drain(&stdin)?;
    closed(stdin.blocking_read(1))
}

#[case]
fn get_stdin_blocking_skip() -> Outcome {
    let stdin = stdin::get_stdin();
    let mut left = 4;
    while left > 0 {
        left -= stdin.blocking_skip(left)?;
    }
    same(drain(&stdin)?, b"two\n")
}

#[case]
fn get_stdin_dropped_and_asked_for_again() -> Outcome {
    drop(stdin::get_stdin());
    same(drain(&stdin::get_stdin())?, b"one\ntwo\n")
}

#[case]
fn get_stdin_spliced_into_a_file(dir: &Descriptor) -> Outcome {
    let (file, stdin) = (file(dir, "f", "")?, stdin::get_stdin());
    let to = file.write_via_stream(0)?;
    loop {
        match to.blocking_splice(&stdin, 100) {
            Ok(_) => {}
            Err(StreamError::Closed) => break,
            Err(error) => return Err(told(&error)),
        }
    }
    to.blocking_flush()?;
    same(contents(&file)?, b"one\ntwo\n")
}

#[case]
fn get_stdout_takes_text() -> Outcome {
    println!("says get_stdout_takes_text stdout to the output");
    Ok(stdout::get_stdout().blocking_write_and_flush(b"to the output\n")?)
}

#[case]
fn get_stdout_takes_a_file() -> Outcome {
    println!("says get_stdout_takes_a_file stdout hello, image");
    let (to, from) = (stdout::get_stdout(), open("hello.txt")?.read_via_stream(0)?);
    loop {
        match to.blocking_splice(&from, 100) {
            Ok(_) => {}
            Err(StreamError::Closed) => break,
            Err(error) => return Err(told(&error)),
        }
    }
    Ok(to.blocking_flush()?)
}

#[case]
fn get_stdout_twice_is_one_place() -> Outcome {
    println!("says get_stdout_twice_is_one_place stdout one two");
    stdout::get_stdout().blocking_write_and_flush(b"one ")?;
    Ok(stdout::get_stdout().blocking_write_and_flush(b"two\n")?)
}

#[case]
fn get_stderr_takes_text() -> Outcome {
    println!("says get_stderr_takes_text stderr to the errors");
    Ok(stderr::get_stderr().blocking_write_and_flush(b"to the errors\n")?)
}

#[case]
fn get_terminal_stdin_none() -> Outcome {
    holds(terminal_stdin::get_terminal_stdin().is_none(), "it is no terminal")
}

#[case]
fn get_terminal_stdout_none() -> Outcome {
    holds(terminal_stdout::get_terminal_stdout().is_none(), "it is no terminal")
}

#[case]
fn get_terminal_stderr_none() -> Outcome {
    holds(terminal_stderr::get_terminal_stderr().is_none(), "it is no terminal")
}

#[case]
fn poll_stdin_behind_a_long_clock() -> Outcome {
    let stdin = stdin::get_stdin();
    same(poll(&[&subscribe_duration(HOUR), &stdin.subscribe()]), [1])
}

#[case]
fn poll_stdin_a_clock_and_a_file() -> Outcome {
    let (stdin, stream) = (stdin::get_stdin(), open("hello.txt")?.read_via_stream(0)?);
    let (typed, clock, file) = (stdin.subscribe(), subscribe_duration(HOUR), stream.subscribe());
    let ready = poll(&[&typed, &clock, &file]);
    holds(!ready.is_empty() && !ready.contains(&1), "something is ready, and it is not the clock")
}

#[case]
fn poll_stdin_when_both_are_ready() -> Outcome {
    let (stdin, stream) = (stdin::get_stdin(), open("hello.txt")?.read_via_stream(0)?);
    let (typed, file) = (stdin.subscribe(), stream.subscribe());
    typed.block();
    file.block();
    same(sorted(poll(&[&file, &typed])), [0, 1])
}

#[case]
fn poll_stdout_behind_a_long_clock() -> Outcome {
    let stdout = stdout::get_stdout();
    same(poll(&[&subscribe_duration(HOUR), &stdout.subscribe()]), [1])
}
