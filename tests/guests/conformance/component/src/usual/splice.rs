//! Bytes from one stream to another.

use crate::tools::*;

#[case]
fn output_stream_splice_part_of_a_file(dir: &Descriptor) -> Outcome {
    let target = file(dir, "f", "")?;
    let (to, from) = (target.write_via_stream(0)?, open("hello.txt")?.read_via_stream(0)?);
    let mut left = 5;
    while left > 0 {
        to.subscribe().block();
        from.subscribe().block();
        left -= to.splice(&from, left)?;
    }
    to.blocking_flush()?;
    same(contents(&target)?, b"hello")?;
    same(drain(&from)?, b", image\n")
}

#[case]
fn output_stream_splice_nothing(dir: &Descriptor) -> Outcome {
    let to = file(dir, "f", "")?.write_via_stream(0)?;
    let from = open("hello.txt")?.read_via_stream(0)?;
    same(to.splice(&from, 0)?, 0)?;
    same(drain(&from)?.len(), 13)
}

#[case]
fn output_stream_blocking_splice_a_large_file(dir: &Descriptor) -> Outcome {
    let (target, source) = (file(dir, "f", "")?, open("big.bin")?);
    let (to, from) = (target.write_via_stream(0)?, source.read_via_stream(0)?);
    let mut moved = 0;
    loop {
        match to.blocking_splice(&from, 1 << 20) {
            Ok(count) => moved += count,
            Err(StreamError::Closed) => break,
            Err(error) => return Err(told(&error)),
        }
    }
    to.blocking_flush()?;
    same(moved, 1_000_003)?;
    holds(contents(&target)? == contents(&source)?, "the copy is the same")
}

#[case]
fn output_stream_blocking_splice_closed_at_the_end(dir: &Descriptor) -> Outcome {
    let to = file(dir, "f", "")?.write_via_stream(0)?;
    closed(to.blocking_splice(&open("empty.txt")?.read_via_stream(0)?, 10))
}

#[case]
fn output_stream_blocking_splice_into_its_own_file(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "abcdef")?;
    let (to, from) = (file.write_via_stream(3)?, file.read_via_stream(0)?);
    let mut left = 3;
    while left > 0 {
        left -= to.blocking_splice(&from, left)?;
    }
    to.blocking_flush()?;
    same(contents(&file)?, b"abcabc")
}

#[case]
fn output_stream_blocking_splice_into_an_appending_stream(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "head ")?;
    let (to, from) = (file.append_via_stream()?, open("hello.txt")?.read_via_stream(7)?);
    while to.blocking_splice(&from, 100).is_ok() {}
    to.blocking_flush()?;
    same(contents(&file)?, b"head image\n")
}
