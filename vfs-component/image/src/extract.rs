//! From an image to files on disk.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};
use std::string::{String, ToString};
use std::vec::Vec;

use filetime::{FileTime, set_symlink_file_times};

use crate::damage::{Damage, printable};
use crate::import::Skipped;
use crate::walk::Walk;
use crate::{FileKind, Image, Inode, Nid};

/// Why an image was not extracted, or only in part.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExtractError {
    /// The image is damaged.
    #[error(transparent)]
    Damage(#[from] Damage),
    /// What is to be extracted is not a directory.
    #[error("only a directory can be extracted to a directory")]
    NotADirectory,
    /// There is something in the target directory.
    #[error("`{path}` is not empty")]
    NotEmpty {
        /// The target directory.
        path: String,
    },
    /// A name cannot be one file's on this system.
    #[error("`{path}` cannot be the name of a file here")]
    Name {
        /// The path in the image.
        path: String,
    },
    /// A file could not be made.
    #[error("cannot write `{path}`")]
    Write {
        /// The path on disk.
        path: String,
        /// What the system said.
        source: io::Error,
    },
}

/// What was extracted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Extracted {
    /// Directories, files, symbolic links and further names that were made.
    pub names: u64,
    /// Bytes of contents that were written.
    pub bytes: u64,
    /// Devices, pipes and sockets, which were not made.
    pub skipped: Vec<Skipped>,
}

/// Extracts a directory of an image into the directory `to`, which is made where it is missing and must be empty:
/// contents, permissions, times, symbolic links, hard links. Owners are not set; set-user-id and set-group-id bits are
/// dropped. `progress` is told the bytes of contents that are written.
///
/// Nothing is written outside `to`: everything in it is new, so no path leads through a link.
///
/// # Errors
/// - [`ExtractError::Damage`]: the image is damaged.
/// - [`ExtractError::NotADirectory`]: `start` is no directory.
/// - [`ExtractError::NotEmpty`]: something is in `to`.
/// - [`ExtractError::Name`]: a name is not one path component on this system.
/// - [`ExtractError::Write`]: the system did not make a file, or give it its mode or time.
///
/// What was extracted before an error stays.
pub fn extract(
    image: &Image<'_>,
    start: Nid,
    to: &Path,
    mut progress: impl FnMut(u64),
) -> Result<Extracted, ExtractError> {
    let mut done = Extracted::default();
    let mut first_names: HashMap<Nid, PathBuf> = HashMap::new();
    // A directory gets its mode and time last: adding to it changes its time, and its mode may forbid it.
    let mut directories = Vec::new();
    for entry in Walk::new(image, start) {
        let entry = entry?;
        let inode = entry.inode;
        if entry.depth == 0 {
            if inode.kind != FileKind::Directory {
                return Err(ExtractError::NotADirectory);
            }
            prepare(to)?;
            directories.push((to.to_path_buf(), inode));
            continue;
        }
        let path = path_on_disk(to, &entry.path)?;
        let failed = |source| ExtractError::Write { path: path.display().to_string(), source };
        if let Some(first) = first_names.get(&inode.nid) {
            fs::hard_link(first, &path).map_err(failed)?;
            done.names += 1;
            continue;
        }
        match inode.kind {
            FileKind::Directory => {
                fs::create_dir(&path).map_err(failed)?;
                done.names += 1;
                directories.push((path, inode));
                continue;
            }
            FileKind::RegularFile => {
                write_file(image, &inode, &path, &mut done.bytes, &mut progress).map_err(failed)?
            }
            FileKind::SymbolicLink => {
                let target = image.link_target(&inode).map_err(|error| Damage::new(&entry.path, error))?;
                symlink(target, &path).map_err(failed)?;
            }
            kind => {
                done.skipped.push(Skipped { path: printable(&entry.path).into_owned(), kind });
                continue;
            }
        }
        set_time(&path, &inode).map_err(failed)?;
        done.names += 1;
        first_names.insert(inode.nid, path);
    }
    for (path, inode) in directories.iter().rev() {
        set_mode(path, inode.mode)
            .and_then(|()| set_time(path, inode))
            .map_err(|source| ExtractError::Write { path: path.display().to_string(), source })?;
    }
    Ok(done)
}

fn prepare(to: &Path) -> Result<(), ExtractError> {
    let failed = |source| ExtractError::Write { path: to.display().to_string(), source };
    fs::create_dir_all(to).map_err(failed)?;
    match fs::read_dir(to).map_err(failed)?.next() {
        None => Ok(()),
        Some(_) => Err(ExtractError::NotEmpty { path: to.display().to_string() }),
    }
}

/// A path of names that are each a file's own, whatever this system takes for a separator, a drive or a parent.
fn path_on_disk(to: &Path, path: &[u8]) -> Result<PathBuf, ExtractError> {
    let bad = || ExtractError::Name { path: printable(path).into_owned() };
    let mut on_disk = to.to_path_buf();
    for name in path.split(|byte| *byte == b'/') {
        let name = os_name(name).ok_or_else(bad)?;
        let mut components = Path::new(name).components();
        match (components.next(), components.next()) {
            (Some(Component::Normal(only)), None) if only == name => on_disk.push(name),
            _ => return Err(bad()),
        }
    }
    Ok(on_disk)
}

fn write_file(
    image: &Image<'_>,
    inode: &Inode,
    path: &Path,
    bytes: &mut u64,
    progress: &mut impl FnMut(u64),
) -> io::Result<()> {
    /// What is written at once, so that there is progress to tell in a large file.
    const PIECE: usize = 1 << 20;
    let mut file = File::create_new(path)?;
    let mut offset = 0;
    loop {
        let run = image.data(inode, offset).map_err(io::Error::other)?;
        if run.is_empty() {
            break;
        }
        let piece = &run[..run.len().min(PIECE)];
        file.write_all(piece)?;
        offset += piece.len() as u64;
        *bytes += piece.len() as u64;
        progress(*bytes);
    }
    drop(file);
    set_mode(path, inode.mode)
}

/// Sets the time of the last change, and of the last access to the same; of a symbolic link itself, not its target.
fn set_time(path: &Path, inode: &Inode) -> io::Result<()> {
    let seconds = i64::try_from(inode.modified.seconds).map_err(io::Error::other)?;
    let time = FileTime::from_unix_time(seconds, inode.modified.nanoseconds);
    set_symlink_file_times(path, time, time)
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u16) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    // Set-user-id and set-group-id would hand an image's programs the rights of whoever extracts it.
    fs::set_permissions(path, fs::Permissions::from_mode(u32::from(mode & 0o1777)))
}

#[cfg(not(unix))]
fn set_mode(_: &Path, _: u16) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn symlink(target: &[u8], path: &Path) -> io::Result<()> {
    use std::os::unix::ffi::OsStrExt;
    std::os::unix::fs::symlink(std::ffi::OsStr::from_bytes(target), path)
}

#[cfg(not(unix))]
fn symlink(_: &[u8], _: &Path) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "symbolic links are not made on this system"))
}

#[cfg(unix)]
fn os_name(name: &[u8]) -> Option<&std::ffi::OsStr> {
    Some(std::os::unix::ffi::OsStrExt::from_bytes(name))
}

#[cfg(not(unix))]
fn os_name(name: &[u8]) -> Option<&std::ffi::OsStr> {
    core::str::from_utf8(name).ok().map(std::ffi::OsStr::new)
}
