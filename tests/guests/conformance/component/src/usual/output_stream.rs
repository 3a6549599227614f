//! Writing by streams.

use crate::tools::*;

fn stream(dir: &Descriptor, text: &str, offset: u64) -> Result<(Descriptor, OutputStream), E> {
    let file = file(dir, "f", text)?;
    let stream = file.write_via_stream(offset)?;
    Ok((file, stream))
}

/// Writes by `check-write` and `write`.
fn write(stream: &OutputStream, mut bytes: &[u8]) -> Outcome {
    while !bytes.is_empty() {
        stream.subscribe().block();
        let room = (stream.check_write()? as usize).min(bytes.len());
        stream.write(&bytes[..room])?;
        bytes = &bytes[room..];
    }
    Ok(stream.blocking_flush()?)
}

#[case]
fn output_stream_check_write_permits_after_it_is_ready(dir: &Descriptor) -> Outcome {
    let (_, stream) = stream(dir, "", 0)?;
    stream.subscribe().block();
    holds(stream.check_write()? > 0, "a ready stream takes bytes")
}

#[case]
fn output_stream_write_within_the_permit(dir: &Descriptor) -> Outcome {
    let (file, stream) = stream(dir, "", 0)?;
    let bytes: Vec<u8> = (0..300_000).map(|at: u32| (at % 251) as u8).collect();
    write(&stream, &bytes)?;
    holds(contents(&file)? == bytes, "every byte is there")
}

#[case]
fn output_stream_write_at_an_offset(dir: &Descriptor) -> Outcome {
    let (file, stream) = stream(dir, "0123456789", 3)?;
    write(&stream, b"ab")?;
    write(&stream, b"cd")?;
    same(contents(&file)?, b"012abcd789")
}

#[case]
fn output_stream_write_nothing(dir: &Descriptor) -> Outcome {
    let (file, stream) = stream(dir, "text", 2)?;
    stream.subscribe().block();
    stream.check_write()?;
    stream.write(b"")?;
    stream.blocking_flush()?;
    same(contents(&file)?, b"text")
}

#[case]
fn output_stream_blocking_write_and_flush_arrives(dir: &Descriptor) -> Outcome {
    let (file, stream) = stream(dir, "", 0)?;
    stream.blocking_write_and_flush(b"one ")?;
    stream.blocking_write_and_flush(b"two")?;
    same(contents(&file)?, b"one two")
}

#[case]
fn output_stream_blocking_write_and_flush_4096_bytes(dir: &Descriptor) -> Outcome {
    let (file, stream) = stream(dir, "", 0)?;
    stream.blocking_write_and_flush(&[7; 4096])?;
    same(contents(&file)?, [7; 4096])
}

#[case]
fn output_stream_blocking_write_and_flush_beyond_the_end(dir: &Descriptor) -> Outcome {
    let (file, stream) = stream(dir, "a", 4)?;
    stream.blocking_write_and_flush(b"b")?;
    same(contents(&file)?, b"a\0\0\0b")
}

#[case]
fn output_stream_blocking_write_and_flush_closed_after_an_error(dir: &Descriptor) -> Outcome {
    // "After this, the stream will be closed. All future operations return `closed`."
    let (_, stream) = stream(dir, "", u64::MAX - 1)?;
    holds(
        matches!(stream.blocking_write_and_flush(b"beyond"), Err(StreamError::LastOperationFailed(_))),
        "a write beyond every file fails",
    )?;
    closed(stream.blocking_write_and_flush(b"x"))?;
    closed(stream.check_write())
}

#[case]
fn output_stream_flush_of_nothing(dir: &Descriptor) -> Outcome {
    let (_, stream) = stream(dir, "", 0)?;
    stream.flush()?;
    stream.subscribe().block();
    holds(stream.check_write()? > 0, "it is ready again")
}

#[case]
fn output_stream_flush_then_wait(dir: &Descriptor) -> Outcome {
    let (file, stream) = stream(dir, "", 0)?;
    stream.subscribe().block();
    stream.check_write()?;
    stream.write(b"text")?;
    stream.flush()?;
    stream.subscribe().block();
    stream.check_write()?;
    same(contents(&file)?, b"text")
}

#[case]
fn output_stream_blocking_flush_makes_it_visible(dir: &Descriptor) -> Outcome {
    let (file, stream) = stream(dir, "", 0)?;
    stream.subscribe().block();
    stream.check_write()?;
    stream.write(b"text")?;
    stream.blocking_flush()?;
    same(contents(&file)?, b"text")
}

#[case]
fn output_stream_subscribe_many_times(dir: &Descriptor) -> Outcome {
    let (_, stream) = stream(dir, "", 0)?;
    let all: Vec<_> = (0..50).map(|_| stream.subscribe()).collect();
    all.iter().for_each(wasip2::io::poll::Pollable::block);
    drop(all);
    holds(stream.check_write()? > 0, "it takes bytes")
}

#[case]
fn output_stream_write_zeroes_within_the_permit(dir: &Descriptor) -> Outcome {
    let (file, stream) = stream(dir, "abcdef", 1)?;
    stream.subscribe().block();
    holds(stream.check_write()? >= 3, "three bytes fit")?;
    stream.write_zeroes(3)?;
    stream.blocking_flush()?;
    same(contents(&file)?, b"a\0\0\0ef")
}

#[case]
fn output_stream_blocking_write_zeroes_and_flush_over_text(dir: &Descriptor) -> Outcome {
    let (file, stream) = stream(dir, "abcdef", 4)?;
    stream.blocking_write_zeroes_and_flush(4)?;
    same(contents(&file)?, b"abcd\0\0\0\0")
}

#[case]
fn output_stream_blocking_write_zeroes_and_flush_4096(dir: &Descriptor) -> Outcome {
    let (file, stream) = stream(dir, "", 0)?;
    stream.blocking_write_zeroes_and_flush(4096)?;
    same(contents(&file)?, [0; 4096])
}

#[case]
fn output_stream_write_after_the_descriptor_was_dropped(dir: &Descriptor) -> Outcome {
    let (file, stream) = stream(dir, "", 0)?;
    drop(file);
    write(&stream, b"text")?;
    same(contents(&dir.open_at(STAY, "f", EXISTING, READ)?)?, b"text")
}

#[case]
fn output_stream_write_two_streams_on_one_file(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "..........")?;
    let (one, two) = (file.write_via_stream(0)?, file.write_via_stream(5)?);
    one.blocking_write_and_flush(b"a")?;
    two.blocking_write_and_flush(b"c")?;
    one.blocking_write_and_flush(b"b")?;
    two.blocking_write_and_flush(b"d")?;
    same(contents(&file)?, b"ab...cd...")
}
