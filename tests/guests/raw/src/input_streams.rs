//! Input streams of files and of standard input.

use check::{Behaviour, Outcome, holds, same};
use wasip2::filesystem::types::ErrorCode;
use wasip2::io::streams::StreamError;

use crate::tree::{FOLLOW, WRITE, closed, create, drain, file, open, refused, root, scratch, standard_input};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("read_to_the_end", read_to_the_end),
    ("end_stays_the_end", end_stays_the_end),
    ("read_from_an_offset", read_from_an_offset),
    ("read_from_the_end", read_from_the_end),
    ("read_from_far_beyond_the_end", read_from_far_beyond_the_end),
    ("read_an_empty_file", read_an_empty_file),
    ("read_no_bytes", read_no_bytes),
    ("read_without_blocking", read_without_blocking),
    ("skip_without_blocking", skip_without_blocking),
    ("blocking_skip", blocking_skip),
    ("skip_past_the_end", skip_past_the_end),
    ("stream_outlives_its_descriptor", stream_outlives_its_descriptor),
    ("stream_outlives_its_name", stream_outlives_its_name),
    ("two_streams_of_one_file", two_streams_of_one_file),
    ("end_moves_with_the_file", end_moves_with_the_file),
    ("stream_of_a_directory", stream_of_a_directory),
    ("stream_of_a_file_for_writing_only", stream_of_a_file_for_writing_only),
    ("large_file_by_blocking_read", large_file_by_blocking_read),
    ("stdin", stdin),
];

/// What a host's own streams do otherwise.
pub const GROWING: &[Behaviour] = &[("goes_on_when_the_file_has_grown", goes_on_when_the_file_has_grown)];

pub const SKIP: &[Behaviour] = &[("stdin_skip", stdin_skip)];

fn read_to_the_end() -> Outcome {
    let stream = open("hello.txt")?.read_via_stream(0)?;
    same(drain(&stream)?, b"hello, image\n")
}

fn end_stays_the_end() -> Outcome {
    let stream = open("hello.txt")?.read_via_stream(0)?;
    drain(&stream)?;
    closed(stream.read(10))?;
    closed(stream.blocking_read(10))?;
    closed(stream.blocking_skip(10))
}

fn goes_on_when_the_file_has_grown() -> Outcome {
    let file = create(&scratch("goes_on_when_the_file_has_grown")?, "file")?;
    let stream = file.read_via_stream(0)?;
    closed(stream.blocking_read(10))?;
    file.write(b"more", 0)?;
    same(stream.blocking_read(10)?, b"more".to_vec())?;
    closed(stream.blocking_read(10))
}

fn read_from_an_offset() -> Outcome {
    same(drain(&open("hello.txt")?.read_via_stream(7)?)?, b"image\n")
}

fn read_from_the_end() -> Outcome {
    closed(open("hello.txt")?.read_via_stream(13)?.blocking_read(1))
}

fn read_from_far_beyond_the_end() -> Outcome {
    closed(open("hello.txt")?.read_via_stream(1 << 40)?.blocking_read(1))
}

fn read_an_empty_file() -> Outcome {
    closed(open("empty.txt")?.read_via_stream(0)?.blocking_read(1))
}

fn read_no_bytes() -> Outcome {
    let stream = open("hello.txt")?.read_via_stream(0)?;
    same(stream.read(0)?.len(), 0)?;
    same(drain(&stream)?.len(), 13)
}

fn read_without_blocking() -> Outcome {
    let stream = open("hello.txt")?.read_via_stream(0)?;
    let ready = stream.subscribe();
    let mut all = Vec::new();
    loop {
        ready.block();
        match stream.read(5) {
            Ok(bytes) => {
                holds(bytes.len() <= 5, "no more is read than was asked for")?;
                all.extend_from_slice(&bytes);
            }
            Err(StreamError::Closed) => break,
            Err(error) => return Err(error.into()),
        }
    }
    same(all, b"hello, image\n")
}

fn skip_without_blocking() -> Outcome {
    let stream = open("hello.txt")?.read_via_stream(0)?;
    let ready = stream.subscribe();
    let mut skipped = 0;
    while skipped < 7 {
        ready.block();
        skipped += stream.skip(7 - skipped)?;
    }
    same(skipped, 7)?;
    same(drain(&stream)?, b"image\n")
}

fn blocking_skip() -> Outcome {
    let stream = open("hello.txt")?.read_via_stream(2)?;
    let mut skipped = 0;
    while skipped < 5 {
        skipped += stream.blocking_skip(5 - skipped)?;
    }
    same(skipped, 5)?;
    same(drain(&stream)?, b"image\n")
}

fn skip_past_the_end() -> Outcome {
    let stream = open("hello.txt")?.read_via_stream(0)?;
    let mut skipped = 0;
    loop {
        match stream.blocking_skip(100) {
            Ok(0) => return Err(check::Saw("an empty success of `blocking-skip`".into())),
            Ok(count) => skipped += count,
            Err(StreamError::Closed) => break,
            Err(error) => return Err(error.into()),
        }
    }
    same(skipped, 13)
}

fn stream_outlives_its_descriptor() -> Outcome {
    let descriptor = open("hello.txt")?;
    let stream = descriptor.read_via_stream(0)?;
    drop(descriptor);
    same(drain(&stream)?.len(), 13)
}

fn stream_outlives_its_name() -> Outcome {
    let dir = scratch("stream_outlives_its_name")?;
    let stream = file(&dir, "f", "kept")?.read_via_stream(0)?;
    dir.unlink_file_at("f")?;
    same(drain(&stream)?, b"kept")
}

fn two_streams_of_one_file() -> Outcome {
    let descriptor = open("hello.txt")?;
    let (first, second) = (descriptor.read_via_stream(0)?, descriptor.read_via_stream(7)?);
    same(first.blocking_read(5)?, b"hello")?;
    same(drain(&second)?, b"image\n")?;
    same(drain(&first)?, b", image\n")
}

fn end_moves_with_the_file() -> Outcome {
    let dir = scratch("end_moves_with_the_file")?;
    let descriptor = file(&dir, "f", "one")?;
    let stream = descriptor.read_via_stream(0)?;
    same(stream.blocking_read(3)?, b"one")?;
    descriptor.write(b" two", 3)?;
    same(drain(&stream)?, b" two")
}

fn stream_of_a_directory() -> Outcome {
    refused(root().read_via_stream(0), &[ErrorCode::IsDirectory, ErrorCode::BadDescriptor])
}

fn stream_of_a_file_for_writing_only() -> Outcome {
    let dir = scratch("stream_of_a_file_for_writing_only")?;
    create(&dir, "f")?;
    let file = dir.open_at(FOLLOW, "f", wasip2::filesystem::types::OpenFlags::empty(), WRITE)?;
    // Some hosts tell on the first read.
    match file.read_via_stream(0) {
        Ok(stream) => {
            holds(matches!(stream.blocking_read(1), Err(StreamError::LastOperationFailed(_))), "the read fails")
        }
        Err(code) => same(code, ErrorCode::BadDescriptor),
    }
}

fn large_file_by_blocking_read() -> Outcome {
    let stream = open("big.bin")?.read_via_stream(0)?;
    let mut at = 0usize;
    loop {
        match stream.blocking_read(100_000) {
            Ok(bytes) => {
                holds(
                    bytes.iter().enumerate().all(|(n, byte)| *byte == ((at + n) % 251) as u8),
                    "each byte is in its place",
                )?;
                at += bytes.len();
            }
            Err(StreamError::Closed) => return same(at, 1_000_003),
            Err(error) => return Err(error.into()),
        }
    }
}

fn stdin() -> Outcome {
    let stream = standard_input();
    let mut all = stream.blocking_read(4)?;
    holds(all.len() <= 4, "at most four bytes come")?;
    while all.len() < 9 {
        all.extend(stream.blocking_read(9 - all.len() as u64)?);
    }
    same(&all, b"line one\n")?;
    let mut rest = Vec::new();
    // Of the host's streams an empty success is the host's affair: the Node shim gives one while its input is on its way.
    while rest.len() < 9 {
        rest.extend(stream.blocking_read(9)?);
    }
    same(&rest, b"line two\n")?;
    let end = loop {
        match stream.blocking_read(1) {
            Ok(bytes) if bytes.is_empty() => {}
            end => break end,
        }
    };
    closed(end)
}

fn stdin_skip() -> Outcome {
    let stream = standard_input();
    let mut skipped = 0;
    while skipped < 14 {
        skipped += stream.blocking_skip(14 - skipped)?;
    }
    same(skipped, 14)?;
    same(drain(stream)?, b"two\n")?;
    closed(stream.blocking_skip(1))
}
