//! The tree, one line for each name.

use std::fs;
use std::io;
use std::path::Path;

/// Returns all that there is below a directory, which is the root of what is listed.
///
/// # Errors
/// Something cannot be read.
pub fn list(root: &Path) -> io::Result<String> {
    let mut lines = String::new();
    directory(root, "", &mut lines)?;
    Ok(lines)
}

/// Lists what is in a directory, sorted, and in the directories in it.
fn directory(path: &Path, shown: &str, lines: &mut String) -> io::Result<()> {
    let mut names = fs::read_dir(path)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>()?;
    names.sort();
    for name in names {
        let shown = format!("{shown}/{}", name.display());
        let path = path.join(name);
        let metadata = fs::symlink_metadata(&path)?;
        if metadata.is_dir() {
            *lines += &format!("{shown}/\n");
            directory(&path, &shown, lines)?;
        } else if metadata.is_symlink() {
            *lines += &format!("{shown} -> {}\n", fs::read_link(&path)?.display());
        } else {
            let bytes = fs::read(&path)?;
            *lines += &format!("{shown} {} bytes {:016x}\n", bytes.len(), digest(&bytes));
        }
    }
    Ok(())
}

/// FNV-1a: enough to tell two contents apart that are meant to be the same.
fn digest(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
