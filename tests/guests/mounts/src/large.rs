//! A large file, and many names, in a directory of the host. `tests/mounts/large.rs` says what is there, and measures the
//! memory that it takes.

use check::{Behaviour, Outcome, holds, same};
use wasip2::filesystem::types::{Descriptor, DescriptorType, ErrorCode, OpenFlags};

use crate::tools::{FOLLOW, NO_FOLLOW, READ, WRITE, directory, done, open, refused, root, write};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("one_byte_is_written", one_byte_is_written),
    ("no_byte_is_written", no_byte_is_written),
    ("names_are_walked", names_are_walked),
    ("names_are_walked_after_a_change", names_are_walked_after_a_change),
];

const CHUNK: u64 = 64 << 10;
/// Bytes of `/m/large`, which are zeros except for its marks.
const SIZE: u64 = 1 << 30;
/// Where the byte is written.
const PLACE: u64 = 5000 * CHUNK + 700;
/// Where marks are: numbers of 8 bytes that tell where they are. Two are in the chunk that is changed.
const MARKS: [u64; 7] = [8, 5000 * CHUNK - 8, 5000 * CHUNK, 5001 * CHUNK - 8, 5001 * CHUNK, 9000 * CHUNK, SIZE - 8];

/// All is the host's but for one byte, if that is written.
fn holds_what_is_there(file: &Descriptor, written: u8) -> Outcome {
    same(done(file.stat())?.size, SIZE)?;
    for mark in MARKS {
        same(done(file.read(8, mark))?.0, mark.to_le_bytes())?;
    }
    same(done(file.read(3, PLACE - 1))?.0, [0, written, 0])?;
    // Over the end of the chunk; a read may give less.
    let mut bytes = Vec::new();
    for _ in 0..24 {
        bytes.extend(done(file.read(24 - bytes.len() as u64, 5001 * CHUNK - 16 + bytes.len() as u64))?.0);
        if bytes.len() == 24 {
            break;
        }
    }
    same(bytes, [[0; 8], MARKS[3].to_le_bytes(), MARKS[4].to_le_bytes()].concat())?;
    let stream = done(file.read_via_stream(SIZE - 8))?;
    holds(stream.blocking_read(100).is_ok_and(|bytes| bytes == (SIZE - 8).to_le_bytes()), "the end is the host's")
}

/// The tree may own 64 KiB: one chunk, and no byte of another.
fn one_byte_is_written() -> Outcome {
    let file = done(root().open_at(FOLLOW, "m/large", OpenFlags::empty(), READ | WRITE))?;
    same(done(file.write(b"x", PLACE))?, 1)?;
    holds_what_is_there(&file, b'x')?;
    refused(file.write(b"x", PLACE + CHUNK), ErrorCode::InsufficientSpace)?;
    // The chunk is the tree's.
    same(done(file.write(b"y", PLACE))?, 1)?;
    holds_what_is_there(&file, b'y')?;
    holds_what_is_there(&done(open("m/large"))?, b'y')
}

fn no_byte_is_written() -> Outcome {
    let file = done(root().open_at(FOLLOW, "m/large", OpenFlags::empty(), READ | WRITE))?;
    holds_what_is_there(&file, 0)
}

/// Counts files below a directory. Each is found as the kind that the listing has: by its name, or, if there is a path
/// from the root of the tree, by that.
fn walk(at: &Descriptor, path: Option<&str>) -> Result<u64, ErrorCode> {
    let (root, stream) = (root(), at.read_directory()?);
    let mut count = 0;
    while let Some(entry) = stream.read_directory_entry()? {
        let path = path.map(|path| format!("{path}/{}", entry.name));
        let stat = match &path {
            Some(path) => root.stat_at(NO_FOLLOW, path)?,
            None => at.stat_at(NO_FOLLOW, &entry.name)?,
        };
        if stat.type_ != entry.type_ {
            return Err(ErrorCode::Invalid);
        }
        count += match stat.type_ {
            DescriptorType::Directory => {
                walk(&at.open_at(NO_FOLLOW, &entry.name, OpenFlags::DIRECTORY, READ)?, path.as_deref())?
            }
            _ => 1,
        };
    }
    Ok(count)
}

/// `NAMES` says how many files there are in `/m`.
fn are_walked(path: Option<&str>) -> Outcome {
    let names = std::env::var("NAMES").ok().and_then(|names| names.parse::<u64>().ok());
    same(Some(done(walk(&done(directory("m"))?, path))?), names)
}

fn names_are_walked() -> Outcome {
    are_walked(None)
}

/// After a change, paths are followed name by name.
fn names_are_walked_after_a_change() -> Outcome {
    done(write(&root(), "m/changed", "changed"))?;
    are_walked(Some("m"))
}
