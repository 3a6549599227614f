//! Reading through WASI's own calls, without a libc in between: what is left is the boundary and the vfs.

use crate::{Mixed, Timing, time};
use std::io::{Error, Result};
use wasip2::filesystem::preopens::get_directories;
use wasip2::filesystem::types::{Descriptor, DescriptorFlags, ErrorCode, OpenFlags, PathFlags};
use wasip2::io::streams::StreamError;

/// Reads `operations` pieces on and on from the start, in one stream for each pass over the file.
pub fn sequential(path: &str, piece: u64, operations: u64) -> Result<Timing> {
    let (file, pieces) = open(path, piece)?;
    time("direct-read", operations, || {
        let mut total = 0;
        for pass in 0..operations.div_ceil(pieces) {
            let stream = file.read_via_stream(0).map_err(error)?;
            for _ in 0..pieces.min(operations - pass * pieces) {
                total += stream.blocking_read(piece).map_err(stream_error)?.len() as u64;
            }
        }
        Ok(total)
    })
}

/// Reads `operations` pieces at places all over the file, each in a stream of its own.
pub fn random(path: &str, piece: u64, operations: u64) -> Result<Timing> {
    let (file, pieces) = open(path, piece)?;
    let mut mixed = Mixed::new();
    time("direct-random-read", operations, || {
        let mut total = 0;
        for _ in 0..operations {
            let stream = file.read_via_stream(mixed.below(pieces) * piece).map_err(error)?;
            total += stream.blocking_read(piece).map_err(stream_error)?.len() as u64;
        }
        Ok(total)
    })
}

/// A file below the first preopen, and how many pieces it has.
fn open(path: &str, piece: u64) -> Result<(Descriptor, u64)> {
    let (root, _) = get_directories().into_iter().next().ok_or_else(|| Error::other("no preopened directory"))?;
    let path = path.trim_start_matches('/');
    let file = root.open_at(PathFlags::empty(), path, OpenFlags::empty(), DescriptorFlags::READ).map_err(error)?;
    let size = file.stat().map_err(error)?.size;
    Ok((file, size / piece))
}

fn error(code: ErrorCode) -> Error {
    Error::other(code)
}

fn stream_error(failure: StreamError) -> Error {
    Error::other(failure.to_string())
}
