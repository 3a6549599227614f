//! The other EROFS tools, and trees on disk to feed them.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output};

/// Runs a program of erofs-utils; a missing one fails the test, because these are the independent judges.
pub fn erofs_utils<S: AsRef<OsStr>>(program: &str, arguments: &[S]) -> Output {
    match Command::new(program).args(arguments).output() {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            panic!("`{program}` is missing: install it with `apt-get install erofs-utils`")
        }
        Err(error) => panic!("`{program}` does not start: {error}"),
    }
}

/// Makes an image of `directory` with `mkfs.erofs` and further arguments.
pub fn mkfs(directory: &Path, arguments: &[&str]) -> Vec<u8> {
    let place = tempfile::tempdir().expect("a temporary directory");
    let file = place.path().join("image.erofs");
    let mut all: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
    all.extend([file.as_os_str(), directory.as_os_str()]);
    let output = erofs_utils("mkfs.erofs", &all);
    assert!(output.status.success(), "mkfs.erofs: {}", String::from_utf8_lossy(&output.stderr));
    std::fs::read(&file).expect("mkfs.erofs wrote the image")
}
