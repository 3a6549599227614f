//! Bytes from one stream to another, over every pair of kinds.

use check::{Behaviour, Outcome, Saw, holds, same};
use wasip2::cli::stdout::get_stdout;
use wasip2::io::streams::{InputStream, OutputStream, StreamError};

use crate::tree::{closed, contents, create, drain, file, open, scratch, standard_input};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("splice_file_to_file", splice_file_to_file),
    ("splice_a_part", splice_a_part),
    ("splice_into_its_own_file", splice_into_its_own_file),
    ("splice_at_the_end", splice_at_the_end),
    ("splice_nothing", splice_nothing),
    ("splice_without_blocking", splice_without_blocking),
    ("splice_file_to_stdout", splice_file_to_stdout),
    ("splice_stdin_to_file", splice_stdin_to_file),
];

/// Moves at most `count` bytes; fewer if the source ends.
fn all(to: &OutputStream, from: &InputStream, count: u64) -> Result<u64, Saw> {
    let mut moved = 0;
    while moved < count {
        match to.blocking_splice(from, count - moved) {
            Ok(more) => moved += more,
            Err(StreamError::Closed) => break,
            Err(error) => return Err(crate::tree::failed(&error)),
        }
    }
    to.blocking_flush()?;
    Ok(moved)
}

fn splice_file_to_file() -> Outcome {
    let dir = scratch("splice_file_to_file")?;
    let to = create(&dir, "f")?;
    let source = open("big.bin")?;
    same(all(&to.write_via_stream(0)?, &source.read_via_stream(0)?, u64::MAX)?, 1_000_003)?;
    holds(contents(&to)? == contents(&source)?, "the copy is the same")
}

fn splice_a_part() -> Outcome {
    let dir = scratch("splice_a_part")?;
    let to = create(&dir, "f")?;
    let from = open("hello.txt")?.read_via_stream(0)?;
    same(all(&to.write_via_stream(0)?, &from, 5)?, 5)?;
    same(contents(&to)?, b"hello")?;
    same(drain(&from)?, b", image\n")
}

fn splice_into_its_own_file() -> Outcome {
    let dir = scratch("splice_into_its_own_file")?;
    let file = file(&dir, "f", "abcdef")?;
    same(all(&file.write_via_stream(3)?, &file.read_via_stream(0)?, 3)?, 3)?;
    same(contents(&file)?, b"abcabc")
}

fn splice_at_the_end() -> Outcome {
    let dir = scratch("splice_at_the_end")?;
    let to = create(&dir, "f")?.write_via_stream(0)?;
    let from = open("empty.txt")?.read_via_stream(0)?;
    closed(to.blocking_splice(&from, 10))
}

fn splice_nothing() -> Outcome {
    let dir = scratch("splice_nothing")?;
    let to = create(&dir, "f")?.write_via_stream(0)?;
    let from = open("hello.txt")?.read_via_stream(0)?;
    same(to.splice(&from, 0)?, 0)?;
    same(drain(&from)?.len(), 13)
}

fn splice_without_blocking() -> Outcome {
    let dir = scratch("splice_without_blocking")?;
    let target = create(&dir, "f")?;
    let (to, from) = (target.write_via_stream(0)?, open("hello.txt")?.read_via_stream(0)?);
    let (room, bytes) = (to.subscribe(), from.subscribe());
    loop {
        room.block();
        bytes.block();
        match to.splice(&from, 4) {
            Ok(count) => holds(count <= 4, "no more is moved than was asked for")?,
            Err(StreamError::Closed) => break,
            Err(error) => return Err(crate::tree::failed(&error)),
        }
    }
    to.blocking_flush()?;
    same(contents(&target)?, b"hello, image\n")
}

fn splice_file_to_stdout() -> Outcome {
    same(all(&get_stdout(), &open("hello.txt")?.read_via_stream(0)?, u64::MAX)?, 13)
}

fn splice_stdin_to_file() -> Outcome {
    let dir = scratch("splice_stdin_to_file")?;
    let to = create(&dir, "f")?;
    let stdin = standard_input();
    same(all(&to.write_via_stream(0)?, stdin, 9)?, 9)?;
    same(contents(&to)?, b"line one\n")
}
