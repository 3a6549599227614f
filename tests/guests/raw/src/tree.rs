//! Short ways to the calls.

use std::fmt::Debug;

use check::{Outcome, Saw, here};
use wasip2::filesystem::types::{Descriptor, DescriptorFlags, ErrorCode, OpenFlags, PathFlags, filesystem_error_code};
use wasip2::io::streams::{InputStream, StreamError};

pub const FOLLOW: PathFlags = PathFlags::SYMLINK_FOLLOW;
pub const READ: DescriptorFlags = DescriptorFlags::READ;
pub const WRITE: DescriptorFlags = DescriptorFlags::WRITE;
pub const MUTATE: DescriptorFlags = DescriptorFlags::MUTATE_DIRECTORY;

/// The one preopened directory.
pub fn root() -> Descriptor {
    wasip2::filesystem::preopens::get_directories().remove(0).0
}

/// Standard input, asked for once: on jco's shim it does not come back after it was dropped.
pub fn standard_input() -> &'static InputStream {
    thread_local!(static STDIN: &'static InputStream = Box::leak(Box::new(wasip2::cli::stdin::get_stdin())));
    STDIN.with(|stdin| *stdin)
}

/// The new empty directory `w/NAME`.
pub fn scratch(name: &str) -> Result<Descriptor, ErrorCode> {
    let root = root();
    let path = format!("w/{name}");
    root.create_directory_at(&path)?;
    root.open_at(FOLLOW, &path, OpenFlags::DIRECTORY, READ | MUTATE)
}

/// A file that is there, for reading.
pub fn open(path: &str) -> Result<Descriptor, ErrorCode> {
    root().open_at(FOLLOW, path, OpenFlags::empty(), READ)
}

/// A new file in `directory`, for reading and writing.
pub fn create(directory: &Descriptor, name: &str) -> Result<Descriptor, ErrorCode> {
    directory.open_at(FOLLOW, name, OpenFlags::CREATE | OpenFlags::EXCLUSIVE, READ | WRITE)
}

/// A new file in `directory` that holds `text`, for reading and writing.
pub fn file(directory: &Descriptor, name: &str, text: &str) -> Result<Descriptor, ErrorCode> {
    let file = create(directory, name)?;
    let mut at = 0;
    while at < text.len() {
        at += file.write(&text.as_bytes()[at..], at as u64)? as usize;
    }
    Ok(file)
}

/// All that a descriptor holds, by `read`.
pub fn contents(file: &Descriptor) -> Result<Vec<u8>, ErrorCode> {
    let mut all = Vec::new();
    loop {
        let (bytes, end) = file.read(1 << 16, all.len() as u64)?;
        all.extend_from_slice(&bytes);
        if end {
            return Ok(all);
        }
    }
}

/// All that a stream holds, up to its `closed`. Anything else at the end is an error.
pub fn drain(stream: &InputStream) -> Result<Vec<u8>, Saw> {
    let mut all = Vec::new();
    for _ in 0..1_000_000 {
        match stream.blocking_read(1 << 16) {
            Ok(bytes) if bytes.is_empty() => return Err(Saw("an empty success of `blocking-read`".into())),
            Ok(bytes) => all.extend_from_slice(&bytes),
            Err(StreamError::Closed) => return Ok(all),
            Err(error) => return Err(failed(&error)),
        }
    }
    Err(Saw("a stream without an end".into()))
}

/// The next call on a stream said `closed`.
pub fn closed<T: Debug>(result: Result<T, StreamError>) -> Outcome {
    match result {
        Err(StreamError::Closed) => Ok(()),
        Err(error) => Err(failed(&error)),
        Ok(value) => Err(Saw(format!("{value:?}, not `closed`"))),
    }
}

/// The error of a stream in words that do not depend on the host.
pub fn failed(error: &StreamError) -> Saw {
    match error {
        StreamError::Closed => Saw("`closed`".into()),
        StreamError::LastOperationFailed(error) => {
            Saw(format!("last-operation-failed, {:?}", filesystem_error_code(error).map(|code| code.name())))
        }
    }
}

/// The call failed with one of these codes.
#[track_caller]
pub fn refused<T>(result: Result<T, ErrorCode>, wanted: &[ErrorCode]) -> Outcome {
    let list = || wanted.iter().map(|code| code.name()).collect::<Vec<_>>().join(" or ");
    match result {
        Ok(_) => Err(here(format!("success, not {}", list()))),
        Err(code) if wanted.contains(&code) => Ok(()),
        Err(code) => Err(here(format!("{}, not {}", code.name(), list()))),
    }
}
