//! Offsets, lengths and sizes at which arithmetic breaks.

use check::{Behaviour, Outcome, Saw, holds, same};
use wasip2::filesystem::types::{Advice, ErrorCode, filesystem_error_code};
use wasip2::io::streams::StreamError;

use crate::tree::{file, scratch, write};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("reads", reads),
    ("reads_of_streams", reads_of_streams),
    ("writes", writes),
    ("writes_of_streams", writes_of_streams),
    ("sizes", sizes),
    ("a_file_of_2_to_the_62", a_file_of_2_to_the_62),
    ("advice", advice),
];

const LARGE: [u64; 7] = [1 << 32, (1 << 62) + 1, (1 << 63) - 1, 1 << 63, (1 << 63) + 1, u64::MAX - 1, u64::MAX];

fn reads() -> Outcome {
    let directory = scratch("reads")?;
    let file = file(&directory, "file")?;
    write(&file, b"bytes", 0)?;
    for large in LARGE {
        for length in LARGE {
            same(file.read(length, large)?, (Vec::new(), true))?;
        }
        same(file.read(large, 0)?.0, b"bytes".to_vec())?;
        same(file.read(large, 3)?.0, b"es".to_vec())?;
    }
    Ok(())
}

fn reads_of_streams() -> Outcome {
    let directory = scratch("reads_of_streams")?;
    let file = file(&directory, "file")?;
    write(&file, b"bytes", 0)?;
    let failed = |error: StreamError| Saw(format!("{error:?}"));
    for large in LARGE {
        let beyond = file.read_via_stream(large)?;
        holds(matches!(beyond.read(large), Err(StreamError::Closed)), "a read beyond the end is closed")?;
        let beyond = file.read_via_stream(large)?;
        holds(matches!(beyond.skip(large), Err(StreamError::Closed)), "a skip beyond the end is closed")?;
        let stream = file.read_via_stream(1)?;
        same(stream.read(large).map_err(failed)?, b"ytes".to_vec())?;
        let stream = file.read_via_stream(1)?;
        same(stream.skip(large).map_err(failed)?, 4)?;
        let (stream, into) = (file.read_via_stream(0)?, file.write_via_stream(0)?);
        same(into.blocking_splice(&stream, large).map_err(failed)?, 5)?;
    }
    same(file.stat()?.size, 5)
}

fn writes() -> Outcome {
    let directory = scratch("writes")?;
    let file = file(&directory, "file")?;
    for large in LARGE.into_iter().filter(|large| *large >= i64::MAX as u64) {
        same(file.write(b"xy", large), Err(ErrorCode::FileTooLarge))?;
        same(file.stat()?.size, 0)?;
    }
    Ok(())
}

fn writes_of_streams() -> Outcome {
    let directory = scratch("writes_of_streams")?;
    let file = file(&directory, "file")?;
    for large in LARGE.into_iter().filter(|large| *large >= i64::MAX as u64) {
        let stream = file.write_via_stream(large)?;
        let Err(StreamError::LastOperationFailed(error)) = stream.blocking_write_and_flush(b"xy") else {
            return holds(false, "a write at the end of all numbers fails");
        };
        same(filesystem_error_code(&error), Some(ErrorCode::FileTooLarge))?;
        holds(matches!(stream.check_write(), Err(StreamError::Closed)), "the stream is closed")?;
    }
    same(file.stat()?.size, 0)
}

fn sizes() -> Outcome {
    let directory = scratch("sizes")?;
    let file = file(&directory, "file")?;
    for size in [1 << 63, u64::MAX] {
        same(file.set_size(size), Err(ErrorCode::FileTooLarge))?;
    }
    for size in [i64::MAX as u64, 1 << 62, 1 << 40, 1, 0] {
        file.set_size(size)?;
        same(file.stat()?.size, size)?;
    }
    Ok(())
}

fn a_file_of_2_to_the_62() -> Outcome {
    let directory = scratch("a_file_of_2_to_the_62")?;
    let file = file(&directory, "file")?;
    write(&file, b"start", 0)?;
    let size = 1 << 62;
    file.set_size(size)?;
    same(file.read(10, 0)?.0, b"start\0\0\0\0\0".to_vec())?;
    same(file.read(10, size / 2)?.0, vec![0; 10])?;
    same(file.read(10, size - 3)?.0, vec![0; 3])?;
    same(file.read(10, size)?, (Vec::new(), true))?;
    write(&file, b"end", size - 1)?;
    same(file.stat()?.size, size + 2)?;
    same(file.read(10, size - 2)?.0, b"\0end".to_vec())?;
    file.set_size(3)?;
    same(file.read(10, 0)?.0, b"sta".to_vec())?;
    Ok(directory.unlink_file_at("file")?)
}

fn advice() -> Outcome {
    let directory = scratch("advice")?;
    let file = file(&directory, "file")?;
    for large in LARGE {
        let answer = if large > i64::MAX as u64 { Err(ErrorCode::Invalid) } else { Ok(()) };
        same(file.advise(large, large, Advice::WillNeed), answer)?;
    }
    Ok(())
}
