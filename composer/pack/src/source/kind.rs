//! Tells what a source is by its content, never by its name.

use std::fs::{File, FileType};
use std::io::Read;
use std::path::Path;

use crate::embed;
use crate::error::TreeError;

/// Bytes from the start of a file that tell its kind.
const START: usize = 1084;
/// The magic number of EROFS and where it is.
const EROFS: (usize, &[u8]) = (1024, &0xE0F5_E1E2_u32.to_le_bytes());
const WASM: (usize, &[u8]) = (0, b"\0asm");
/// The length of every image is a multiple of this.
const BLOCK: u64 = 4096;
/// No composed component is smaller: the vfs alone has more bytes.
const SMALLEST_COMPONENT: u64 = 16 << 10;
/// Archives and images of other formats: where their magic number is, what it is, and what people call them.
const ARCHIVES: [(usize, &[u8], &str); 10] = [
    (257, b"ustar", "a tar archive"),
    (0, &[0x1f, 0x8b], "compressed with gzip"),
    (0, &[0x28, 0xb5, 0x2f, 0xfd], "compressed with zstd"),
    (0, &[0xfd, b'7', b'z', b'X', b'Z', 0], "compressed with xz"),
    (4, b"1AY&SY", "compressed with bzip2"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (0, b"hsqs", "a squashfs image"),
    // The magic number, and that it was unmounted.
    (1080, &[0x53, 0xef, 1, 0], "an ext4 image"),
    (0, b"PK\x03\x04", "a zip archive"),
    (0, b"PK\x05\x06", "a zip archive"),
];

/// The kind of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A directory of this machine.
    Directory,
    /// An EROFS image.
    Image,
    /// A WebAssembly file, which may have an image inside.
    Wasm,
    /// Any other file.
    File,
}

/// Returns whether a file is empty or looks like a result of ours, which a new one may replace: a component with a vfs
/// inside, or an EROFS image.
///
/// # Errors
/// [`TreeError::Read`]: it cannot be read.
pub(crate) fn is_result(path: &Path) -> Result<bool, TreeError> {
    let failed = |source| TreeError::Read { path: path.to_owned(), source };
    if std::fs::metadata(path).map_err(failed)?.len() == 0 {
        return Ok(true);
    }
    Ok(match recognise(path) {
        Ok(Kind::Image) => true,
        Ok(Kind::Wasm) => embed::find(&std::fs::read(path).map_err(failed)?).is_ok_and(|found| found.is_some()),
        _ => false,
    })
}

/// Returns whether a file, by whatever name, is a result of ours: a component with a vfs inside, or an image. The
/// length tells most files apart without opening them, and a few bytes almost all others.
pub(crate) fn holds_result(path: &Path, length: u64) -> bool {
    if length < SMALLEST_COMPONENT && (length == 0 || !length.is_multiple_of(BLOCK)) {
        return false;
    }
    match start_of(path) {
        Ok(start) if has(&start, EROFS) => true,
        Ok(start) if has(&start, WASM) => {
            std::fs::read(path).is_ok_and(|bytes| embed::find(&bytes).is_ok_and(|found| found.is_some()))
        }
        _ => false,
    }
}

/// Reads the bytes that tell the kind of a file.
fn start_of(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut start = Vec::with_capacity(START);
    File::open(path)?.take(START as u64).read_to_end(&mut start)?;
    Ok(start)
}

/// Returns whether a file that starts so has a magic number in its place.
fn has(start: &[u8], (at, magic): (usize, &[u8])) -> bool {
    start.get(at..).is_some_and(|bytes| bytes.starts_with(magic))
}

/// Tells what a source is.
///
/// # Errors
/// - [`TreeError::Read`]: it does not exist or cannot be read.
/// - [`TreeError::NotASource`]: it is neither a directory nor a file.
/// - [`TreeError::Archive`]: it is an archive, compressed, or an image of another format.
pub fn recognise(path: &Path) -> Result<Kind, TreeError> {
    let failed = |source| TreeError::Read { path: path.to_owned(), source };
    let metadata = std::fs::metadata(path).map_err(failed)?;
    if metadata.is_dir() {
        return Ok(Kind::Directory);
    }
    if !metadata.is_file() {
        let kind = special(metadata.file_type());
        return Err(TreeError::NotASource { path: path.to_owned(), kind, needed: "a directory or a file" });
    }
    let start = start_of(path).map_err(failed)?;
    if has(&start, EROFS) {
        return Ok(Kind::Image);
    }
    if has(&start, WASM) {
        return Ok(Kind::Wasm);
    }
    match ARCHIVES.into_iter().find(|(at, magic, _)| has(&start, (*at, magic))) {
        Some((_, _, kind)) => Err(TreeError::Archive { path: path.to_owned(), kind }),
        None => Ok(Kind::File),
    }
}

/// Returns what is neither a file nor a symbolic link, with its article.
#[cfg(unix)]
pub(super) fn special(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    match kind {
        kind if kind.is_dir() => "a directory",
        kind if kind.is_socket() => "a socket",
        kind if kind.is_fifo() => "a named pipe",
        kind if kind.is_block_device() => "a block device",
        kind if kind.is_char_device() => "a character device",
        _ => "a special file",
    }
}

#[cfg(not(unix))]
pub(super) fn special(kind: FileType) -> &'static str {
    if kind.is_dir() { "a directory" } else { "a special file" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_tells_whatever_the_name_is() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("name.erofs");
        let kind = |content: &[u8]| {
            std::fs::write(&path, content).unwrap();
            recognise(&path)
        };
        let at = |at: usize, magic: &[u8]| [&vec![0; at], magic, &[0; 9]].concat();
        assert_eq!(recognise(directory.path()).unwrap(), Kind::Directory);
        assert_eq!(kind(b"").unwrap(), Kind::File);
        assert_eq!(kind(b"key = 1\n").unwrap(), Kind::File);
        assert_eq!(kind(&at(1024, EROFS.1)).unwrap(), Kind::Image);
        assert_eq!(kind(&at(0, b"\0asm")).unwrap(), Kind::Wasm);
        for (place, magic, name) in ARCHIVES {
            let Err(TreeError::Archive { kind, .. }) = kind(&at(place, magic)) else { panic!("{name}") };
            assert_eq!(kind, name);
        }
    }
}
