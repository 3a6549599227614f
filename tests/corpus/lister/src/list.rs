//! The tree, one line for each name.

use std::fs;
use std::io;
use std::path::Path;

/// Prints all that there is.
///
/// # Errors
/// Something cannot be read.
pub fn all(ended: &str) -> io::Result<()> {
    println!("--- left by a program that {ended}");
    directory(Path::new("/"))
}

/// Prints what is in a directory, sorted, and in the directories in it.
fn directory(path: &Path) -> io::Result<()> {
    let mut names = fs::read_dir(path)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>()?;
    names.sort();
    for name in names {
        let path = path.join(name);
        let metadata = fs::symlink_metadata(&path)?;
        if metadata.is_dir() {
            println!("{}/", path.display());
            directory(&path)?;
        } else if metadata.is_symlink() {
            println!("{} -> {}", path.display(), fs::read_link(&path)?.display());
        } else {
            let bytes = fs::read(&path)?;
            println!("{} {} bytes {:016x}", path.display(), bytes.len(), digest(&bytes));
        }
    }
    Ok(())
}

/// FNV-1a: enough to tell two contents apart that are meant to be the same.
fn digest(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
