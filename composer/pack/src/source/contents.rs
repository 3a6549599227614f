//! The contents of one file, read while the image is written.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;

use vfs_image::{Image, Inode, Nid, Timestamp};

/// The source of one file's contents.
#[derive(Clone, Debug)]
pub enum Source {
    /// A file on this machine, which must not change after it was listed.
    File {
        /// Where the file is.
        path: PathBuf,
        /// Its length in bytes when it was listed.
        size: u64,
        /// Its modification time when it was listed.
        modified: Timestamp,
    },
    /// A file in an EROFS image.
    Image {
        /// The whole image.
        bytes: Arc<Vec<u8>>,
        /// The file's inode in it.
        nid: Nid,
    },
}

impl Source {
    /// Opens the contents for reading. Fails if the file has changed since it was listed.
    pub(crate) fn open(&self) -> io::Result<Box<dyn Read>> {
        match self {
            Self::File { path, size, modified: then } => {
                let failed = |error: io::Error| {
                    io::Error::new(error.kind(), format!("cannot read `{}`: {error}", path.display()))
                };
                let file = File::open(path).map_err(failed)?;
                let now = file.metadata()?;
                if now.len() != *size || modified(&now) != *then {
                    return Err(io::Error::other(format!("`{}` changed while it was packed", path.display())));
                }
                Ok(Box::new(file))
            }
            Self::Image { bytes, nid } => Ok(Box::new(FileReader::new(Arc::clone(bytes), *nid)?)),
        }
    }
}

/// Returns the time of the last modification. A time before 1970 becomes 1970.
pub fn modified(metadata: &Metadata) -> Timestamp {
    let time =
        metadata.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok()).unwrap_or_default();
    Timestamp { seconds: time.as_secs(), nanoseconds: time.subsec_nanos() }
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
