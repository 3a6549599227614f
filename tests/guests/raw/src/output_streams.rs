//! Output streams of files and of standard output.

use check::{Behaviour, Outcome, Saw, holds, same};
use wasip2::cli::stdout::get_stdout;
use wasip2::filesystem::types::{ErrorCode, OpenFlags, filesystem_error_code};
use wasip2::io::streams::StreamError;

use crate::tree::{FOLLOW, READ, WRITE, contents, create, file, open, refused, scratch};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("write_within_the_budget", write_within_the_budget),
    ("write_at_an_offset", write_at_an_offset),
    ("write_beyond_the_end_leaves_a_hole", write_beyond_the_end_leaves_a_hole),
    ("blocking_write_and_flush", blocking_write_and_flush),
    ("write_nothing", write_nothing),
    ("write_zeroes", write_zeroes),
    ("blocking_write_zeroes_and_flush", blocking_write_zeroes_and_flush),
    ("append", append),
    ("append_finds_the_end_each_time", append_finds_the_end_each_time),
    ("output_stream_outlives_its_descriptor", output_stream_outlives_its_descriptor),
    ("stream_of_a_file_for_reading_only", stream_of_a_file_for_reading_only),
    ("stream_to_a_directory", stream_to_a_directory),
    ("error_of_a_stream_has_a_code", error_of_a_stream_has_a_code),
    ("stdout_by_the_budget", stdout_by_the_budget),
];

fn write_within_the_budget() -> Outcome {
    let dir = scratch("write_within_the_budget")?;
    let file = create(&dir, "f")?;
    let stream = file.write_via_stream(0)?;
    let ready = stream.subscribe();
    let bytes: Vec<u8> = (0..300_000u32).map(|n| (n % 241) as u8).collect();
    let mut at = 0;
    while at < bytes.len() {
        ready.block();
        let budget = stream.check_write()? as usize;
        holds(budget > 0, "a ready stream takes something")?;
        let end = bytes.len().min(at + budget);
        stream.write(&bytes[at..end])?;
        at = end;
    }
    stream.blocking_flush()?;
    holds(contents(&file)? == bytes, "all of it is in the file")
}

fn write_at_an_offset() -> Outcome {
    let dir = scratch("write_at_an_offset")?;
    let file = file(&dir, "f", "0123456789")?;
    let stream = file.write_via_stream(4)?;
    stream.blocking_write_and_flush(b"ab")?;
    stream.blocking_write_and_flush(b"cd")?;
    same(contents(&file)?, b"0123abcd89")
}

fn write_beyond_the_end_leaves_a_hole() -> Outcome {
    let dir = scratch("write_beyond_the_end_leaves_a_hole")?;
    let file = file(&dir, "f", "x")?;
    file.write_via_stream(5)?.blocking_write_and_flush(b"y")?;
    same(contents(&file)?, b"x\0\0\0\0y")
}

fn blocking_write_and_flush() -> Outcome {
    let dir = scratch("blocking_write_and_flush")?;
    let file = create(&dir, "f")?;
    let stream = file.write_via_stream(0)?;
    let piece = [b'p'; 4096];
    for _ in 0..10 {
        stream.blocking_write_and_flush(&piece)?;
    }
    same(file.stat()?.size, 40_960)
}

fn write_nothing() -> Outcome {
    let dir = scratch("write_nothing")?;
    let file = file(&dir, "f", "x")?;
    let stream = file.write_via_stream(9)?;
    stream.check_write()?;
    stream.write(b"")?;
    stream.blocking_flush()?;
    same(file.stat()?.size, 1)
}

fn write_zeroes() -> Outcome {
    let dir = scratch("write_zeroes")?;
    let file = file(&dir, "f", "0123456789")?;
    let stream = file.write_via_stream(2)?;
    stream.subscribe().block();
    holds(stream.check_write()? >= 3, "the budget is at least three bytes")?;
    stream.write_zeroes(3)?;
    stream.blocking_flush()?;
    same(contents(&file)?, b"01\0\0\056789")
}

fn blocking_write_zeroes_and_flush() -> Outcome {
    let dir = scratch("blocking_write_zeroes_and_flush")?;
    let file = file(&dir, "f", "0123456789")?;
    let stream = file.write_via_stream(8)?;
    stream.blocking_write_zeroes_and_flush(4)?;
    stream.blocking_write_and_flush(b"!")?;
    same(contents(&file)?, b"01234567\0\0\0\0!")
}

fn append() -> Outcome {
    let dir = scratch("append")?;
    let file = file(&dir, "f", "start")?;
    file.append_via_stream()?.blocking_write_and_flush(b" end")?;
    same(contents(&file)?, b"start end")
}

fn append_finds_the_end_each_time() -> Outcome {
    let dir = scratch("append_finds_the_end_each_time")?;
    let file = create(&dir, "f")?;
    let (first, second) = (file.append_via_stream()?, file.append_via_stream()?);
    first.blocking_write_and_flush(b"a")?;
    second.blocking_write_and_flush(b"b")?;
    file.write(b"c", 2)?;
    first.blocking_write_and_flush(b"d")?;
    file.set_size(3)?;
    second.blocking_write_and_flush(b"e")?;
    same(contents(&file)?, b"abce")
}

fn output_stream_outlives_its_descriptor() -> Outcome {
    let dir = scratch("output_stream_outlives_its_descriptor")?;
    let stream = create(&dir, "f")?.write_via_stream(0)?;
    stream.blocking_write_and_flush(b"late")?;
    same(contents(&dir.open_at(FOLLOW, "f", OpenFlags::empty(), READ)?)?, b"late")
}

fn stream_of_a_file_for_reading_only() -> Outcome {
    let file = open("hello.txt")?;
    for result in [file.write_via_stream(0), file.append_via_stream()] {
        // Some hosts tell on the first write.
        match result {
            Ok(stream) => holds(stream.blocking_write_and_flush(b"x").is_err(), "the write fails")?,
            Err(code) => same(code, ErrorCode::BadDescriptor)?,
        }
    }
    same(file.stat()?.size, 13)
}

fn stream_to_a_directory() -> Outcome {
    let dir = scratch("stream_to_a_directory")?;
    refused(dir.write_via_stream(0), &[ErrorCode::IsDirectory, ErrorCode::BadDescriptor])?;
    refused(dir.append_via_stream(), &[ErrorCode::IsDirectory, ErrorCode::BadDescriptor])
}

fn error_of_a_stream_has_a_code() -> Outcome {
    let dir = scratch("error_of_a_stream_has_a_code")?;
    create(&dir, "f")?;
    let file = dir.open_at(FOLLOW, "f", OpenFlags::empty(), WRITE)?;
    let stream = file.write_via_stream((1 << 63) - 2)?;
    match stream.blocking_write_and_flush(b"farther than any file is long") {
        Err(StreamError::LastOperationFailed(error)) => {
            holds(!error.to_debug_string().is_empty(), "an error has a text")?;
            holds(filesystem_error_code(&error).is_some(), "an error of a file has a code")?;
            same(file.stat()?.size, 0)
        }
        Err(StreamError::Closed) => Err(Saw("`closed`".into())),
        Ok(()) => Err(Saw("success".into())),
    }
}

fn stdout_by_the_budget() -> Outcome {
    let stream = get_stdout();
    let ready = stream.subscribe();
    let mut rest: &[u8] = b"written to stdout by its budget\n";
    while !rest.is_empty() {
        ready.block();
        let budget = (stream.check_write()? as usize).min(rest.len());
        stream.write(&rest[..budget])?;
        rest = &rest[budget..];
    }
    stream.blocking_flush()?;
    Ok(())
}
