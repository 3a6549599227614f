//! A case's tree in a fresh directory: a copy of `root`, and what `make` adds.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail};
use nix::fcntl::AT_FDCWD;
use nix::sys::stat::{UtimensatFlags, utimensat};
use nix::sys::time::TimeSpec;
use tempfile::TempDir;

use crate::case::{Case, Kind, Make};

/// Makes the tree of `case`. It is gone when the value is dropped.
///
/// # Errors
/// The folder cannot be copied, or an entry of `make` makes no sense.
pub fn stage(case: &Case) -> Result<TempDir> {
    let stage = TempDir::new()?;
    let root = case.folder.join("root");
    if root.is_dir() {
        copy_tree(&root, stage.path())?;
    }
    make_all(stage.path(), &case.spec.make)?;
    Ok(stage)
}

/// Adds what `make` says to the tree at `root`.
///
/// # Errors
/// An entry makes no sense, or cannot be made.
pub fn make_all(root: &Path, entries: &[Make]) -> Result<()> {
    for entry in entries {
        let count = entry.count.unwrap_or(1);
        let digits = (count - 1).to_string().len();
        for number in 0..count {
            let path = entry.path.replace("{}", &format!("{number:0digits$}"));
            make(root, &root.join(path), entry).with_context(|| format!("cannot make `{}`", entry.path))?;
        }
    }
    // Times last: making an entry changes its directory's.
    still(root)?;
    for entry in entries {
        if let Some(modified) = &entry.modified {
            let file = File::open(root.join(&entry.path))?;
            file.set_modified(time(modified)?)?;
        }
    }
    Ok(())
}

/// Gives everything below `root`, and `root`, one time. So what is composed of it is the same in every run, and what engines keep
/// of a component that they compiled is found again.
///
/// # Errors
/// A time cannot be set.
pub fn still(root: &Path) -> Result<()> {
    let time = TimeSpec::new(1_600_000_000, 0);
    for entry in walkdir::WalkDir::new(root).contents_first(true) {
        utimensat(AT_FDCWD, entry?.path(), &time, &time, UtimensatFlags::NoFollowSymlink)?;
    }
    Ok(())
}

/// Copies files, directories and symbolic links.
///
/// # Errors
/// Something cannot be read or written.
pub fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    for entry in walkdir::WalkDir::new(from).min_depth(1) {
        let entry = entry?;
        let target = to.join(entry.path().strip_prefix(from)?);
        if entry.file_type().is_dir() {
            fs::create_dir(target)?;
        } else if entry.file_type().is_symlink() {
            symlink(fs::read_link(entry.path())?, target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn make(root: &Path, path: &Path, entry: &Make) -> Result<()> {
    if let (Some(parent), Some(_)) = (path.parent(), entry.kind) {
        fs::create_dir_all(parent)?;
    }
    let target = || entry.target.as_deref().context("`target` is missing");
    match entry.kind {
        None if entry.modified.is_none() && entry.mode.is_none() => bail!("`kind` is missing"),
        None => {}
        Some(Kind::Directory) => fs::create_dir_all(path)?,
        Some(Kind::SymbolicLink) => symlink(target()?, path)?,
        Some(Kind::HardLink) => fs::hard_link(root.join(target()?), path)?,
        Some(Kind::File) => match (&entry.text, entry.size) {
            (Some(text), None) => fs::write(path, text)?,
            (None, size) => {
                let mut file = BufWriter::new(OpenOptions::new().write(true).create_new(true).open(path)?);
                for at in 0..size.unwrap_or(0) {
                    file.write_all(&[(at % 251) as u8])?;
                }
                file.flush()?;
            }
            (Some(_), Some(_)) => bail!("`text` and `size` exclude each other"),
        },
    }
    if let Some(mode) = &entry.mode {
        fs::set_permissions(path, fs::Permissions::from_mode(u32::from_str_radix(mode, 8)?))?;
    }
    Ok(())
}

fn time(text: &str) -> Result<SystemTime> {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let nanoseconds: u32 = format!("{fraction:0<9}").parse()?;
    Ok(SystemTime::UNIX_EPOCH + Duration::new(seconds.parse()?, nanoseconds))
}
