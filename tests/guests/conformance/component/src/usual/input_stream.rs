//! Reading by streams.

use crate::tools::*;

fn stream(path: &str, offset: u64) -> Result<InputStream, E> {
    open(path)?.read_via_stream(offset)
}

#[case]
fn input_stream_read_no_more_than_asked() -> Outcome {
    let stream = stream("hello.txt", 0)?;
    let mut all = Vec::new();
    loop {
        stream.subscribe().block();
        match stream.read(5) {
            Ok(bytes) if bytes.len() > 5 => return Err(Saw("more than was asked for".into())),
            Ok(bytes) => all.extend(bytes),
            Err(StreamError::Closed) => return same(all, b"hello, image\n"),
            Err(error) => return Err(told(&error)),
        }
    }
}

#[case]
fn input_stream_read_zero_bytes() -> Outcome {
    same(stream("hello.txt", 0)?.read(0)?, b"")
}

#[case]
fn input_stream_read_goes_on_after_the_file_has_grown(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "ab")?;
    let stream = file.read_via_stream(0)?;
    same(stream.blocking_read(1)?, b"a")?;
    file.write(b"cd", 2)?;
    same(drain(&stream)?, b"bcd")
}

#[case]
fn input_stream_blocking_read_to_the_end() -> Outcome {
    same(drain(&stream("hello.txt", 0)?)?, b"hello, image\n")
}

#[case]
fn input_stream_blocking_read_from_an_offset() -> Outcome {
    same(drain(&stream("hello.txt", 7)?)?, b"image\n")
}

#[case]
fn input_stream_blocking_read_closed_at_the_end() -> Outcome {
    let stream = stream("hello.txt", 13)?;
    closed(stream.blocking_read(1))?;
    closed(stream.blocking_read(1))
}

#[case]
fn input_stream_blocking_read_closed_beyond_the_end() -> Outcome {
    closed(stream("hello.txt", 1 << 40)?.blocking_read(1))
}

#[case]
fn input_stream_blocking_read_closed_in_an_empty_file() -> Outcome {
    closed(stream("empty.txt", 0)?.blocking_read(1))
}

#[case]
fn input_stream_blocking_read_every_byte_of_a_large_file() -> Outcome {
    let all = drain(&stream("big.bin", 0)?)?;
    same(all.len(), 1_000_003)?;
    holds(all.iter().enumerate().all(|(at, byte)| usize::from(*byte) == at % 251), "each byte is right")
}

#[case]
fn input_stream_blocking_read_an_enormous_length() -> Outcome {
    holds(!stream("hello.txt", 0)?.blocking_read(u64::MAX)?.is_empty(), "what is there is read")
}

#[case]
fn input_stream_blocking_read_after_the_descriptor_was_dropped() -> Outcome {
    let stream = {
        let file = open("hello.txt")?;
        file.read_via_stream(0)?
    };
    same(drain(&stream)?, b"hello, image\n")
}

#[case]
fn input_stream_blocking_read_after_the_name_was_removed(dir: &Descriptor) -> Outcome {
    let stream = file(dir, "f", "text")?.read_via_stream(0)?;
    dir.unlink_file_at("f")?;
    same(drain(&stream)?, b"text")
}

#[case]
fn input_stream_skip_some() -> Outcome {
    let stream = stream("hello.txt", 0)?;
    let mut left = 7;
    while left > 0 {
        stream.subscribe().block();
        left -= stream.skip(left)?;
    }
    same(drain(&stream)?, b"image\n")
}

#[case]
fn input_stream_skip_zero_bytes() -> Outcome {
    let stream = stream("hello.txt", 0)?;
    same(stream.skip(0)?, 0)?;
    same(drain(&stream)?.len(), 13)
}

#[case]
fn input_stream_blocking_skip_some() -> Outcome {
    let stream = stream("hello.txt", 0)?;
    let mut left = 7;
    while left > 0 {
        left -= stream.blocking_skip(left)?;
    }
    same(drain(&stream)?, b"image\n")
}

#[case]
fn input_stream_blocking_skip_no_more_than_there_is() -> Outcome {
    let (stream, mut skipped) = (stream("hello.txt", 0)?, 0);
    loop {
        match stream.blocking_skip(100) {
            Ok(count) => skipped += count,
            Err(StreamError::Closed) => return same(skipped, 13),
            Err(error) => return Err(told(&error)),
        }
    }
}

#[case]
fn input_stream_blocking_skip_closed_at_the_end() -> Outcome {
    closed(stream("empty.txt", 0)?.blocking_skip(1))
}

#[case]
fn input_stream_subscribe_is_ready_when_closed() -> Outcome {
    let stream = stream("empty.txt", 0)?;
    closed(stream.blocking_read(1))?;
    stream.subscribe().block();
    holds(stream.subscribe().ready(), "a closed stream is ready")
}

#[case]
fn input_stream_subscribe_many_times() -> Outcome {
    let stream = stream("hello.txt", 0)?;
    let all: Vec<_> = (0..50).map(|_| stream.subscribe()).collect();
    all.iter().for_each(wasip2::io::poll::Pollable::block);
    drop(all);
    same(drain(&stream)?.len(), 13)
}
