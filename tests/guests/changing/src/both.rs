//! Both sides: what others do by `/host`, and what the app does in `/w`.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::SystemTime;

use check::{Outcome, Saw, here, holds, same};
use wasip2::filesystem::types::{Descriptor, DescriptorFlags, OpenFlags, PathFlags};

/// What others write.
pub const THEIRS: &str = "of others";
/// What the app writes. The host's directory must never have it.
pub const OURS: &str = "of the app, in memory";

/// Something below the host's directory: its path, what it holds, and when it was changed.
type Seen = Vec<(String, Vec<u8>, SystemTime)>;

/// What the app does in `/w`. None of it may be seen by others.
pub fn app<T>(work: impl FnOnce() -> Result<T, Saw>) -> Result<T, Saw> {
    let before = seen("/host".as_ref())?;
    let done = work()?;
    same(seen("/host".as_ref())?, before)?;
    Ok(done)
}

fn seen(path: &Path) -> io::Result<Seen> {
    let metadata = fs::symlink_metadata(path)?;
    let is_directory = metadata.is_dir();
    let contents = if is_directory { Vec::new() } else { fs::read(path)? };
    let mut all = vec![(path.display().to_string(), contents, metadata.modified()?)];
    if is_directory {
        for name in names(path)? {
            all.extend(seen(&path.join(name))?);
        }
    }
    Ok(all)
}

/// The names in a directory, in order, as often as they are listed.
pub fn names(path: impl AsRef<Path>) -> io::Result<Vec<String>> {
    let mut names = fs::read_dir(path)?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

/// A way in which others take what is at a path away.
pub type Taking = fn(&str) -> io::Result<()>;

/// They remove it, a directory with all that is in it.
pub fn remove(path: &str) -> io::Result<()> {
    if fs::symlink_metadata(path)?.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }
}

/// They put a new file in its place.
pub fn replace_by_file(path: &str) -> io::Result<()> {
    fs::write("/host/replacement", THEIRS.repeat(3))?;
    if fs::symlink_metadata(path)?.is_dir() {
        fs::remove_dir_all(path)?;
    }
    fs::rename("/host/replacement", path)
}

/// They put a new directory in its place, which has a file.
pub fn replace_by_directory(path: &str) -> io::Result<()> {
    remove(path)?;
    fs::create_dir(path)?;
    fs::write(format!("{path}/theirs"), THEIRS)
}

/// Opens a file to read and write it.
pub fn open(path: &str) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).open(path)
}

/// Puts a text in the place of all that a file holds, and closes it. It must be there.
pub fn change(path: &str, text: &str) -> io::Result<()> {
    OpenOptions::new().write(true).truncate(true).open(path)?.write_all(text.as_bytes())
}

/// All that an open file holds.
pub fn text(mut file: &File) -> io::Result<String> {
    let mut all = String::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_string(&mut all)?;
    Ok(all)
}

/// Writes to an open file at an offset.
pub fn write_at(mut file: &File, offset: u64, text: &str) -> io::Result<()> {
    file.seek(SeekFrom::Start(offset))?;
    file.write_all(text.as_bytes())
}

/// Error numbers of wasi-libc: the standard library has no kind for all of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Errno {
    NoEntry = 44,
    NoSpace = 51,
    NotDirectory = 54,
    NotEmpty = 55,
}

/// The operation failed in this way.
#[track_caller]
pub fn refused<T>(result: io::Result<T>, wanted: Errno) -> Outcome {
    match result {
        Ok(_) => Err(here(format!("success, not {wanted:?}"))),
        Err(error) if error.raw_os_error() == Some(wanted as i32) => Ok(()),
        Err(error) => Err(here(format!("{error}, not {wanted:?}"))),
    }
}

/// Nothing is at the path, and its directory does not list it.
#[track_caller]
pub fn is_gone(path: &str) -> Outcome {
    refused(fs::symlink_metadata(path), Errno::NoEntry)?;
    refused(File::open(path), Errno::NoEntry)?;
    let (directory, name) = path.rsplit_once('/').expect("paths here are absolute");
    holds(!names(directory)?.iter().any(|listed| listed == name), format!("{name} is not listed"))
}

/// The root of the tree.
pub fn root() -> Descriptor {
    wasip2::filesystem::preopens::get_directories().remove(0).0
}

/// Opens something by a call of WASI.
pub fn descriptor(path: &str) -> Result<Descriptor, Saw> {
    let path = path.trim_start_matches('/');
    Ok(root().open_at(PathFlags::SYMLINK_FOLLOW, path, OpenFlags::empty(), DescriptorFlags::READ)?)
}

/// What tells a node from all others; a C library has the first half as inode number.
pub fn number(path: &str) -> Result<(u64, u64), Saw> {
    let hash = root().metadata_hash_at(PathFlags::SYMLINK_FOLLOW, path.trim_start_matches('/'))?;
    Ok((hash.lower, hash.upper))
}

/// The same, which it has when it is open, too.
pub fn identity(path: &str) -> Result<(u64, u64), Saw> {
    let number = number(path)?;
    let opened = descriptor(path)?;
    let of_opened = opened.metadata_hash()?;
    same((of_opened.lower, of_opened.upper), number)?;
    holds(opened.is_same_object(&descriptor(path)?), format!("{path} is itself"))?;
    Ok(number)
}

/// Two paths lead to one node, or do not.
pub fn are_one(one: &str, other: &str, wanted: bool) -> Outcome {
    holds(descriptor(one)?.is_same_object(&descriptor(other)?) == wanted, format!("{one} and {other}: {wanted}"))?;
    holds((identity(one)? == identity(other)?) == wanted, format!("identities of {one} and {other}: {wanted}"))?;
    holds((identity(one)?.0 == identity(other)?.0) == wanted, format!("inodes of {one} and {other}: {wanted}"))
}

/// How many files of the directory the host has open. The host's monotonic clock tells this instead of the time.
pub fn count_open() -> u64 {
    wasip2::clocks::monotonic_clock::now()
}
