//! Files through the calls of WASI 0.2, and streams to and from them.

use std::io::{Read, Write};

use check::Saw;
use wasip2::filesystem::preopens::get_directories;
use wasip2::filesystem::types::{Descriptor, DescriptorFlags, ErrorCode, OpenFlags, PathFlags};
use wasip2::io::streams::{InputStream, OutputStream, StreamError};

/// A file that is there, for reading.
pub fn open(path: &str) -> Result<Descriptor, ErrorCode> {
    root().open_at(PathFlags::empty(), path, OpenFlags::empty(), DescriptorFlags::READ)
}

/// A new and empty file, for reading and writing.
pub fn create(path: &str) -> Result<Descriptor, ErrorCode> {
    let flags = DescriptorFlags::READ | DescriptorFlags::WRITE;
    root().open_at(PathFlags::empty(), path, OpenFlags::CREATE | OpenFlags::EXCLUSIVE, flags)
}

fn root() -> Descriptor {
    get_directories().remove(0).0
}

/// What a file holds.
pub fn contents(path: &str) -> Result<Vec<u8>, Saw> {
    Ok(std::fs::read(path)?)
}

/// All that a stream holds.
pub fn drain(mut stream: impl Read) -> Result<Vec<u8>, Saw> {
    let mut all = Vec::new();
    stream.read_to_end(&mut all)?;
    Ok(all)
}

/// All of it to a stream, and through it.
pub fn fill(mut stream: impl Write, bytes: &[u8]) -> Result<(), Saw> {
    stream.write_all(bytes)?;
    Ok(stream.flush()?)
}

/// Moves what is left in one stream to the other, by `blocking-splice`, and says how much that was.
pub fn splice_all(to: &OutputStream, from: &InputStream) -> Result<u64, Saw> {
    splice(to, from, u64::MAX)
}

/// Moves so many bytes; fewer if the source ends.
pub fn splice(to: &OutputStream, from: &InputStream, count: u64) -> Result<u64, Saw> {
    /// As much at once as programs usually have in a buffer.
    const CHUNK: u64 = 1 << 16;
    let mut moved = 0;
    while moved < count {
        match to.blocking_splice(from, CHUNK.min(count - moved)) {
            Ok(more) => moved += more,
            Err(StreamError::Closed) => break,
            Err(StreamError::LastOperationFailed(error)) => return Err(Saw(error.to_debug_string())),
        }
    }
    match to.blocking_flush() {
        Ok(()) => Ok(moved),
        Err(error) => Err(Saw(format!("{error:?} of a flush"))),
    }
}

/// What `poll` told, which comes in any order.
pub fn sorted(mut ready: Vec<u32>) -> Vec<u32> {
    ready.sort_unstable();
    ready
}

/// A variable of the environment that the tests set.
pub fn told(name: &str) -> Result<String, Saw> {
    std::env::var(name).map_err(|_| Saw(format!("no {name} in the environment")))
}
