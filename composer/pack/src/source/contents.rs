//! The contents of one file, read while the image is written.

use std::fmt;
use std::fs::{File, Metadata};
use std::io::{self, Cursor, IoSliceMut, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use vfs_image::{Image, Inode, Nid, Timestamp};

use crate::error::TreeError;

/// The contents of one file, wherever they come from.
#[derive(Clone, Debug)]
pub struct Contents {
    size: u64,
    backing: Backing,
}

#[derive(Clone)]
enum Backing {
    /// A file on this machine, which must not change after it was listed, with its modification time then.
    File { path: PathBuf, modified: Timestamp },
    /// A file of an EROFS image.
    Image { bytes: Arc<Vec<u8>>, nid: Nid },
    /// Bytes of this program.
    Bytes(Bytes),
    /// A function of this program that opens them.
    Opened(Arc<Open>),
}

type Open = dyn Fn() -> io::Result<Box<dyn Read>> + Send + Sync;

impl fmt::Debug for Backing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, .. } => write!(f, "File({path:?})"),
            Self::Image { nid, .. } => write!(f, "Image({nid:?})"),
            Self::Bytes(_) => f.write_str("Bytes"),
            Self::Opened(_) => f.write_str("Opened"),
        }
    }
}

impl Contents {
    /// Takes a file on this machine, which must not change any more.
    pub(crate) fn of_file(path: &Path, metadata: &Metadata) -> Self {
        Self { size: metadata.len(), backing: Backing::File { path: path.to_owned(), modified: modified(metadata) } }
    }

    /// Takes a file of an image.
    pub(crate) fn of_image(bytes: &Arc<Vec<u8>>, inode: &Inode) -> Self {
        Self { size: inode.size, backing: Backing::Image { bytes: Arc::clone(bytes), nid: inode.nid } }
    }

    pub(crate) fn of_bytes(bytes: Vec<u8>) -> Self {
        Self { size: bytes.len() as u64, backing: Backing::Bytes(bytes.into()) }
    }

    pub(crate) fn open_later<R: Read + 'static>(
        size: u64,
        open: impl Fn() -> io::Result<R> + Send + Sync + 'static,
    ) -> Self {
        Self { size, backing: Backing::Opened(Arc::new(move || Ok(Box::new(open()?)))) }
    }

    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Opens the contents for reading.
    ///
    /// # Errors
    /// Those of the source. Of a file of this machine, they hold [`TreeError::Read`], or [`TreeError::Changed`] if it is
    /// not as it was listed, and so do errors of reading.
    pub(crate) fn open(&self) -> io::Result<Box<dyn Read>> {
        match &self.backing {
            Backing::File { path, modified: then } => {
                let file = File::open(path).map_err(failed(path))?;
                let now = file.metadata().map_err(failed(path))?;
                if now.len() != self.size || modified(&now) != *then {
                    return Err(changed(path, "its size or time"));
                }
                Ok(Box::new(Exact { file, path: path.clone(), left: self.size, has_ended: false }))
            }
            Backing::Image { bytes, nid } => Ok(Box::new(FileReader::new(Arc::clone(bytes), *nid)?)),
            Backing::Bytes(bytes) => Ok(Box::new(Cursor::new(bytes.clone()))),
            Backing::Opened(open) => open(),
        }
    }
}

fn failed(path: &Path) -> impl Fn(io::Error) -> io::Error + '_ {
    |source| io::Error::new(source.kind(), TreeError::Read { path: path.to_owned(), source })
}

fn changed(path: &Path, detail: &str) -> io::Error {
    io::Error::other(TreeError::Changed { path: path.to_owned(), detail: detail.into() })
}

/// Returns the time of the last modification. A time before 1970 becomes 1970.
pub fn modified(metadata: &Metadata) -> Timestamp {
    let time =
        metadata.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok()).unwrap_or_default();
    Timestamp { seconds: time.as_secs(), nanoseconds: time.subsec_nanos() }
}

/// Reads a file that has the size that it had when it was listed. A file of `/proc`, for one, may have another.
struct Exact {
    file: File,
    path: PathBuf,
    left: u64,
    has_ended: bool,
}

impl Read for Exact {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.has_ended {
            return Ok(0);
        }
        let is_last = buffer.len() as u64 >= self.left;
        let count = match is_last {
            // Room for one byte more than there should be tells, without another call, that the file ends.
            true => self.file.read_vectored(&mut [IoSliceMut::new(buffer), IoSliceMut::new(&mut [0])]),
            false => self.file.read(buffer),
        };
        let count = count.map_err(failed(&self.path))?;
        match self.left.checked_sub(count as u64) {
            Some(left) if count > 0 || left == 0 || buffer.is_empty() => {
                self.left = left;
                self.has_ended = is_last && left == 0;
                Ok(count)
            }
            left => {
                let detail = if left.is_none() { "it became longer" } else { "it became shorter" };
                Err(changed(&self.path, detail))
            }
        }
    }
}

/// Reads one file of an image. All readers share the bytes of the image.
struct FileReader {
    bytes: Arc<Vec<u8>>,
    inode: Inode,
    offset: u64,
}

impl FileReader {
    fn new(bytes: Arc<Vec<u8>>, nid: Nid) -> io::Result<Self> {
        let inode = Image::new(&bytes).and_then(|image| image.inode(nid)).map_err(io::Error::other)?;
        Ok(Self { bytes, inode, offset: 0 })
    }
}

impl Read for FileReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let image = Image::new(&self.bytes).map_err(io::Error::other)?;
        let run = image.data(&self.inode, self.offset).map_err(io::Error::other)?;
        let length = run.len().min(buffer.len());
        buffer[..length].copy_from_slice(&run[..length]);
        self.offset += length as u64;
        Ok(length)
    }
}
