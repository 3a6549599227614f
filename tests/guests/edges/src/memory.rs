//! The host gives no more memory: nothing that was there is lost, and the program goes on when it has made room. It allocates nothing
//! itself beyond what it had at the start, for its own memory cannot grow either.

use check::{Behaviour, Outcome, Saw, holds, same};
use wasip2::filesystem::types::{Descriptor, ErrorCode, filesystem_error_code};
use wasip2::io::streams::{OutputStream, StreamError};

use crate::tree::{FOLLOW, READ, WRITE, count, file, is_filled, open, scratch, write};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("memory_for_bytes", memory_for_bytes),
    ("memory_for_streams", memory_for_streams),
    ("memory_for_nodes", memory_for_nodes),
    ("memory_for_handles", memory_for_handles),
];

/// Memory for all that the program itself will need: what it has had once it keeps.
fn prepare() {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(8 << 20)));
}

/// Appends until memory is at its end: first large pieces, then single bytes in new places.
fn fill(file: &Descriptor, bytes: &[u8]) -> Result<u64, ErrorCode> {
    let mut size = file.stat()?.size;
    let mut piece = bytes.len();
    loop {
        match write(file, &bytes[..piece], size) {
            Ok(()) => size += piece as u64,
            Err(ErrorCode::InsufficientMemory) if piece > 1 => piece /= 2,
            Err(ErrorCode::InsufficientMemory) => return Ok(size),
            Err(code) => return Err(code),
        }
    }
}

fn memory_for_bytes() -> Outcome {
    prepare();
    let directory = scratch("memory_for_bytes")?;
    write(&file(&directory, "first")?, b"first", 0)?;
    let big = file(&directory, "big")?;
    let bytes = vec![7; 40_000];
    let size = fill(&big, &bytes)?;
    same(big.stat()?.size, size)?;
    holds(size > 100_000, format!("{size} bytes went in"))?;
    holds(is_filled(&big, size, 7)?, "all that was acknowledged is there")?;
    same(open(&directory, "first")?.read(10, 0)?.0, b"first".to_vec())?;
    write(&big, &bytes, 0)?;
    // As often as one likes.
    for _ in 0..50 {
        big.set_size(0)?;
        let again = fill(&big, &bytes)?;
        holds(again + 70_000 >= size, format!("{again} bytes, after {size}"))?;
    }
    drop(big);
    directory.unlink_file_at("big")?;
    same(count(&directory)?, 1)?;
    Ok(directory.unlink_file_at("first")?)
}

/// Writes as C libraries do, as much as the stream permits at a time, until it fails.
fn pour(stream: &OutputStream, bytes: &[u8]) -> Result<u64, StreamError> {
    let mut size = 0;
    loop {
        let permitted = (stream.check_write()? as usize).min(bytes.len());
        match stream.write(&bytes[..permitted]) {
            Ok(()) => size += permitted as u64,
            Err(StreamError::LastOperationFailed(error)) => {
                let code = filesystem_error_code(&error);
                return if code == Some(ErrorCode::InsufficientMemory) { Ok(size) } else { Err(StreamError::Closed) };
            }
            Err(closed) => return Err(closed),
        }
    }
}

fn memory_for_streams() -> Outcome {
    prepare();
    let directory = scratch("memory_for_streams")?;
    let bytes = vec![9; 1 << 20];
    for length in [bytes.len(), 3000] {
        let big = file(&directory, "big")?;
        let stream = big.write_via_stream(0)?;
        let size = pour(&stream, &bytes[..length]).map_err(|error| Saw(format!("{error:?}")))?;
        same(big.stat()?.size, size)?;
        holds(size > 100_000, format!("{size} bytes went in"))?;
        holds(is_filled(&big, size, 9)?, "all that was acknowledged is there")?;
        // A pollable has no way to say that there is no memory.
        stream.subscribe().block();
        drop((stream, big));
        directory.unlink_file_at("big")?;
    }
    same(count(&directory)?, 0)
}

fn memory_for_nodes() -> Outcome {
    prepare();
    let directory = scratch("memory_for_nodes")?;
    let mut first = 0;
    for round in 0..3 {
        let mut made: u32 = 0;
        let code = loop {
            match file(&directory, &made.to_string()) {
                Ok(_) => made += 1,
                Err(code) => break code,
            }
        };
        same(code, ErrorCode::InsufficientMemory)?;
        // What was there is there, and can be read.
        same(count(&directory)?, made as usize)?;
        same(directory.stat_at(FOLLOW, "0")?.link_count, 1)?;
        same(directory.stat_at(FOLLOW, &made.to_string()).map(drop), Err(ErrorCode::NoEntry))?;
        for number in 0..made {
            directory.unlink_file_at(&number.to_string())?;
        }
        first = if round == 0 { made } else { first };
        holds(made * 10 >= first * 9, format!("{made} files, after {first}"))?;
    }
    same(count(&directory)?, 0)
}

fn memory_for_handles() -> Outcome {
    prepare();
    let directory = scratch("memory_for_handles")?;
    let file = file(&directory, "file")?;
    let bytes = vec![5; 40_000];
    let size = fill(&file, &bytes)?;
    let mut all: Vec<Descriptor> = Vec::with_capacity(10_000);
    let code = loop {
        if all.len() == all.capacity() {
            return holds(false, "ten thousand files can be open without any memory");
        }
        match directory.open_at(FOLLOW, "file", wasip2::filesystem::types::OpenFlags::empty(), READ | WRITE) {
            Ok(file) => all.push(file),
            Err(code) => break code,
        }
    };
    same(code, ErrorCode::InsufficientMemory)?;
    for file in &all {
        same(file.stat()?.size, size)?;
    }
    all.clear();
    drop(open(&directory, "file")?);
    drop(file);
    Ok(directory.unlink_file_at("file")?)
}
