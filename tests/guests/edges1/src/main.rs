//! The answer to every number at an edge of its type, in every function of preview1 that takes an offset, a length or a time.
//! What is printed is compared between hosts. `tests/guests/edges/src/answers.rs` does the same for WASI 0.2.

mod contents;
mod others;
mod preview1;
mod times;

use std::fmt::Display;

use preview1::*;

/// The one preopened directory.
const ROOT: u32 = 3;
/// Edges of 32 bits, which lie outside of this program's memory as lengths.
const EDGES_32: [u32; 5] = [(1 << 31) - 1, 1 << 31, (1 << 31) + 1, u32::MAX - 1, u32::MAX];

fn main() -> std::process::ExitCode {
    check::run(&[
        ("contents", contents::BEHAVIOURS),
        ("others", others::BEHAVIOURS),
        ("times", times::BEHAVIOURS),
        ("times-of-no-disk", times::OF_NO_DISK),
    ])
}

fn print(call: impl Display, errno: u32, what: impl Display) {
    let name = name(errno);
    if errno == 0 { println!("  {call}: {what}") } else { println!("  {call}: {name}") }
}

/// The descriptor of a new directory `w/NAME`.
fn scratch(name: &str) -> u32 {
    let path = format!("w/{name}");
    assert_eq!(unsafe { path_create_directory(ROOT, path.as_ptr(), path.len() as u32) }, 0);
    open(ROOT, &path, 2, 2)
}

/// Opens for reading, and with `rights` for more.
fn open(at: u32, path: &str, flags: u32, rights: u64) -> u32 {
    let mut opened = 0;
    let errno = unsafe { path_open(at, 1, path.as_ptr(), path.len() as u32, flags, rights, 0, 0, &mut opened) };
    assert_eq!(errno, 0, "{path}");
    opened
}

/// A new file of five bytes, for reading and writing.
fn five(directory: u32) -> u32 {
    const BOTH: u64 = 1 << 1 | 1 << 6;
    let (file, mut written) = (open(directory, "file", 1 | 8, BOTH), 0);
    assert_eq!(unsafe { fd_pwrite(file, &Part::of(b"bytes"), 1, 0, &mut written) }, 0);
    file
}

fn size(file: u32) -> u64 {
    let mut stat = [0; 8];
    assert_eq!(unsafe { fd_filestat_get(file, &mut stat) }, 0);
    stat[4]
}
