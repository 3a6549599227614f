//! Short ways to the calls.

use check::{Outcome, Saw, here};
use wasip2::filesystem::types::{Descriptor, DescriptorFlags, ErrorCode, OpenFlags, PathFlags};

pub const FOLLOW: PathFlags = PathFlags::SYMLINK_FOLLOW;
pub const NO_FOLLOW: PathFlags = PathFlags::empty();
pub const READ: DescriptorFlags = DescriptorFlags::READ;
pub const WRITE: DescriptorFlags = DescriptorFlags::WRITE;
pub const MUTATE: DescriptorFlags = DescriptorFlags::MUTATE_DIRECTORY;

/// The root of the tree.
pub fn root() -> Descriptor {
    wasip2::filesystem::preopens::get_directories().remove(0).0
}

/// A directory, for changes in it if that is possible.
pub fn directory(path: &str) -> Result<Descriptor, ErrorCode> {
    root().open_at(FOLLOW, path, OpenFlags::DIRECTORY, READ)
}

/// A file or directory, for reading.
pub fn open(path: &str) -> Result<Descriptor, ErrorCode> {
    root().open_at(FOLLOW, path, OpenFlags::empty(), READ)
}

/// All that a file holds.
pub fn text(at: &Descriptor, path: &str) -> Result<String, ErrorCode> {
    let file = at.open_at(FOLLOW, path, OpenFlags::empty(), READ)?;
    let mut all = Vec::new();
    loop {
        let (bytes, is_end) = file.read(1 << 16, all.len() as u64)?;
        all.extend_from_slice(&bytes);
        if is_end {
            return Ok(String::from_utf8_lossy(&all).into_owned());
        }
    }
}

/// Makes a file that holds a text, or puts that into it.
pub fn write(at: &Descriptor, path: &str, text: &str) -> Result<(), ErrorCode> {
    let file = at.open_at(FOLLOW, path, OpenFlags::CREATE | OpenFlags::TRUNCATE, READ | WRITE)?;
    let mut done = 0;
    while done < text.len() {
        done += file.write(&text.as_bytes()[done..], done as u64)? as usize;
    }
    Ok(())
}

/// The names in a directory, in order.
pub fn names(at: &Descriptor, path: &str) -> Result<Vec<String>, ErrorCode> {
    let stream = at.open_at(FOLLOW, path, OpenFlags::DIRECTORY, READ)?.read_directory()?;
    let mut names = Vec::new();
    while let Some(entry) = stream.read_directory_entry()? {
        names.push(entry.name);
    }
    names.sort();
    Ok(names)
}

/// The call failed with this code.
#[track_caller]
pub fn refused<T>(result: Result<T, ErrorCode>, wanted: ErrorCode) -> Outcome {
    match result {
        Ok(_) => Err(here(format!("success, not {}", wanted.name()))),
        Err(code) if code == wanted => Ok(()),
        Err(code) => Err(here(format!("{}, not {}", code.name(), wanted.name()))),
    }
}

/// The call succeeded.
#[track_caller]
pub fn done<T>(result: Result<T, ErrorCode>) -> Result<T, Saw> {
    result.map_err(|code| here(format!("{}, not success", code.name())))
}
