//! A fresh directory for each behaviour that writes.

use std::fs;
use std::io;
use std::path::PathBuf;

/// The empty directory `/w/NAME`.
pub fn scratch(name: &str) -> io::Result<PathBuf> {
    let directory = PathBuf::from("/w").join(name);
    fs::create_dir(&directory)?;
    Ok(directory)
}
