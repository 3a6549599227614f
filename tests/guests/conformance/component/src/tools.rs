//! Short ways to the calls.

use std::fmt::Debug;

pub use suite::{Outcome, Saw, case, holds, same};
pub use wasip2::clocks::wall_clock::Datetime;
pub use wasip2::filesystem::types::{
    Advice, Descriptor, DescriptorFlags, DescriptorType, ErrorCode as E, NewTimestamp, OpenFlags, PathFlags,
    filesystem_error_code,
};
pub use wasip2::io::streams::{InputStream, OutputStream, StreamError};

pub const FOLLOW: PathFlags = PathFlags::SYMLINK_FOLLOW;
pub const STAY: PathFlags = PathFlags::empty();
pub const READ: DescriptorFlags = DescriptorFlags::READ;
pub const WRITE: DescriptorFlags = DescriptorFlags::WRITE;
pub const MUTATE: DescriptorFlags = DescriptorFlags::MUTATE_DIRECTORY;
pub const EXISTING: OpenFlags = OpenFlags::empty();

/// A time that no clock shows.
pub const THEN: Datetime = Datetime { seconds: 1_234_567_890, nanoseconds: 987_654_321 };

/// The first preopened directory.
pub fn root() -> Descriptor {
    wasip2::filesystem::preopens::get_directories().remove(0).0
}

/// A file of the tree, for reading.
pub fn open(path: &str) -> Result<Descriptor, E> {
    root().open_at(FOLLOW, path, EXISTING, READ)
}

/// A directory in `dir`, with the right to change it.
pub fn open_dir(dir: &Descriptor, path: &str) -> Result<Descriptor, E> {
    dir.open_at(FOLLOW, path, OpenFlags::DIRECTORY, READ | MUTATE)
}

/// A new file in `dir` that holds `text`, for reading and writing.
pub fn file(dir: &Descriptor, name: &str, text: &str) -> Result<Descriptor, E> {
    let file = dir.open_at(FOLLOW, name, OpenFlags::CREATE | OpenFlags::EXCLUSIVE, READ | WRITE)?;
    let mut at = 0;
    while at < text.len() {
        at += file.write(&text.as_bytes()[at..], at as u64)? as usize;
    }
    Ok(file)
}

/// A new directory in `dir` with the right to change it.
pub fn directory(dir: &Descriptor, name: &str) -> Result<Descriptor, E> {
    dir.create_directory_at(name)?;
    open_dir(dir, name)
}

/// All that a descriptor holds, by `read`.
pub fn contents(file: &Descriptor) -> Result<Vec<u8>, E> {
    let mut all = Vec::new();
    loop {
        let (bytes, end) = file.read(1 << 16, all.len() as u64)?;
        all.extend_from_slice(&bytes);
        if end {
            return Ok(all);
        }
    }
}

/// The names in a directory, sorted.
pub fn names(dir: &Descriptor) -> Result<Vec<String>, E> {
    let (stream, mut names) = (dir.read_directory()?, Vec::new());
    while let Some(entry) = stream.read_directory_entry()? {
        names.push(entry.name);
    }
    names.sort();
    Ok(names)
}

/// All that a stream holds, up to its `closed`.
pub fn drain(stream: &InputStream) -> Result<Vec<u8>, Saw> {
    let mut all = Vec::new();
    loop {
        match stream.blocking_read(1 << 16) {
            Ok(bytes) if bytes.is_empty() => return Err(Saw("an empty success of `blocking-read`".into())),
            Ok(bytes) => all.extend_from_slice(&bytes),
            Err(StreamError::Closed) => return Ok(all),
            Err(error) => return Err(told(&error)),
        }
    }
}

/// The call failed with this code.
pub fn fails<T>(result: Result<T, E>, wanted: E) -> Outcome {
    fails_with(result, &[wanted])
}

/// The call failed with one of these codes.
pub fn fails_with<T>(result: Result<T, E>, wanted: &[E]) -> Outcome {
    let list = || wanted.iter().map(|code| code.name()).collect::<Vec<_>>().join(" or ");
    match result {
        Err(code) if wanted.contains(&code) => Ok(()),
        Err(code) => Err(Saw(format!("{}, not {}", code.name(), list()))),
        Ok(_) => Err(Saw(format!("success, not {}", list()))),
    }
}

/// The call on a stream said `closed`.
pub fn closed<T: Debug>(result: Result<T, StreamError>) -> Outcome {
    match result {
        Err(StreamError::Closed) => Ok(()),
        Err(error) => Err(told(&error)),
        Ok(value) => Err(Saw(format!("{value:?}, not `closed`"))),
    }
}

/// The call on a stream, or the making of it before, failed with this code: WASI leaves open which of the two does.
pub fn stream_fails<S, T>(
    stream: Result<S, E>,
    call: impl FnOnce(&S) -> Result<T, StreamError>,
    wanted: &[E],
) -> Outcome {
    match stream.map(|stream| call(&stream)) {
        Err(code) => fails_with(Err::<(), _>(code), wanted),
        Ok(Ok(_)) => Err(Saw("success, not an error".into())),
        Ok(Err(StreamError::Closed)) => Err(Saw("`closed`, not an error".into())),
        Ok(Err(StreamError::LastOperationFailed(error))) => match filesystem_error_code(&error) {
            Some(code) => fails_with(Err::<(), _>(code), wanted),
            None => Err(Saw("an error of a stream without a code".into())),
        },
    }
}

/// The error of a stream in words that do not depend on the host.
pub fn told(error: &StreamError) -> Saw {
    match error {
        StreamError::Closed => Saw("`closed`".into()),
        StreamError::LastOperationFailed(error) => {
            Saw(format!("last-operation-failed, {:?}", filesystem_error_code(error).map(|code| code.name())))
        }
    }
}

/// The name of the answer to a call, as `suite::spelling` has it.
pub fn answer<T>(result: Result<T, E>) -> &'static str {
    match result {
        Ok(_) => "ok",
        Err(code) => code.name(),
    }
}

/// A new directory in `dir` with what the paths of `suite::spelling` start at.
pub fn spelled(dir: &Descriptor, number: usize) -> Result<Descriptor, Saw> {
    let made = || {
        let dir = directory(dir, &number.to_string())?;
        file(&dir, "f", "text")?;
        dir.create_directory_at("d")?;
        file(&directory(&dir, "p")?, "q", "q")?;
        dir.symlink_at("f", "l")?;
        dir.symlink_at("d", "m")?;
        dir.symlink_at("none", "x")?;
        Ok(dir)
    };
    made().map_err(|error: E| Saw(format!("{} where the files were to be made", error.name())))
}

/// A call's answers to spellings, each on files of its own.
pub fn spellings(
    dir: &Descriptor,
    rows: &[&[suite::spelling::Row]],
    call: impl Fn(&Descriptor, &str) -> Result<(), E>,
) -> Outcome {
    suite::spelling::all(rows, |number, path| Ok(answer(call(&spelled(dir, number)?, path))))
}

/// A time is this one.
pub fn same_time(seen: Option<Datetime>, wanted: Datetime) -> Outcome {
    same(seen.map(|t| (t.seconds, t.nanoseconds)), Some((wanted.seconds, wanted.nanoseconds)))
}

/// A time is later than any that a case sets.
pub fn is_now(seen: Option<Datetime>) -> Outcome {
    holds(seen.is_some_and(|t| t.seconds > 1_700_000_000), "the time is the present")
}

/// What `poll` gives, whose order WASI leaves open.
pub fn sorted(mut ready: Vec<u32>) -> Vec<u32> {
    ready.sort_unstable();
    ready
}
