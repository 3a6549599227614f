//! Extracts an image to files on disk.

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

/// The reason why an image was not, or not completely, extracted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExtractError {
    /// The image is damaged.
    #[error(transparent)]
    Damage(#[from] Damage),
    /// The node to extract is not a directory.
    #[error("only a directory can be extracted to a directory")]
    NotADirectory,
    /// The target directory is not empty.
    #[error("`{path}` is not empty")]
    NotEmpty {
        /// The target directory.
        path: String,
    },
    /// A name cannot be the name of a file on this system.
    #[error("`{path}` cannot be the name of a file here")]
    Name {
        /// The path in the image.
        path: String,
    },
    /// A file could not be written.
    #[error("cannot write `{path}`")]
    Write {
        /// The path on disk.
        path: String,
        /// The system's error.
        source: io::Error,
    },
}

/// The result of an extraction.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Extracted {
    /// Number of directories, files, symbolic links and additional names that were made.
    pub names: u64,
    /// Number of bytes of contents that were written.
    pub bytes: u64,
    /// Devices, pipes and sockets, which were left out.
    pub skipped: Vec<Skipped>,
}

/// Extracts a directory of an image into the directory `to`, which must be empty, or is made if it does not exist:
/// contents, permissions, times, symbolic links, hard links. Owners are not set; set-user-id and set-group-id bits are
/// dropped. `progress` is called with the number of bytes of contents that were written.
///
/// Nothing is written outside `to`: everything in it is new, so no path leads through a symbolic link.
///
/// # Errors
/// - [`ExtractError::Damage`]: the image is damaged.
/// - [`ExtractError::NotADirectory`]: `start` is not a directory.
/// - [`ExtractError::NotEmpty`]: `to` is not empty.
/// - [`ExtractError::Name`]: a name is not one path component on this system.
/// - [`ExtractError::Write`]: the system failed to make a file, or to set its mode or time.
///
/// After an error, nothing of what was extracted stays.
pub fn extract(image: &Image<'_>, start: Nid, to: &Path, progress: impl FnMut(u64)) -> Result<Extracted, ExtractError> {
    if image.inode(start).map_err(|error| Damage::new(b"", error))?.kind != FileKind::Directory {
        return Err(ExtractError::NotADirectory);
    }
    let is_new = !to.exists();
    prepare(to)?;
    let extracted = fill(image, start, to, progress);
    if extracted.is_err() {
        empty(to, is_new);
    }
    extracted
}

/// Removes what is in a directory that was empty before, and a new directory itself, as far as that is possible.
fn empty(directory: &Path, is_new: bool) {
    if is_new {
        drop(fs::remove_dir_all(directory));
        return;
    }
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
        drop(if is_directory { fs::remove_dir_all(entry.path()) } else { fs::remove_file(entry.path()) });
    }
}

fn fill(image: &Image<'_>, start: Nid, to: &Path, mut progress: impl FnMut(u64)) -> Result<Extracted, ExtractError> {
    let mut done = Extracted::default();
    let mut first_names: HashMap<Nid, PathBuf> = HashMap::new();
    // Modes and times of directories are set last: adding an entry changes the time, and the mode may forbid it.
    let mut directories = Vec::new();
    for entry in Walk::new(image, start) {
        let entry = entry?;
        let inode = entry.inode;
        if entry.depth == 0 {
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

/// Returns a path on disk. Each name must be a single component, whatever this system takes for a separator, a drive or
/// a parent.
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
    /// Number of bytes written at once, so that large files make progress visible.
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

/// Sets the times of the last change and the last access to the last change in the image. Does not follow a symbolic
/// link.
fn set_time(path: &Path, inode: &Inode) -> io::Result<()> {
    let seconds = i64::try_from(inode.modified.seconds).map_err(io::Error::other)?;
    let time = FileTime::from_unix_time(seconds, inode.modified.nanoseconds);
    set_symlink_file_times(path, time, time)
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u16) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    // Set-user-id and set-group-id would give an image's programs the rights of whoever extracts it.
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
