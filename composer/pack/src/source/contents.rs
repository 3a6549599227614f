//! A file's contents, read when the image is written.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;

use vfs_image::{Image, Inode, Nid, Timestamp};

/// One file's contents.
#[derive(Clone, Debug)]
pub enum Source {
    /// A file, as it was when it was listed.
    File {
        /// The file on this machine.
        path: PathBuf,
        /// Its length in bytes when it was listed.
        size: u64,
        /// Its modification time when it was listed.
        modified: Timestamp,
    },
    /// A file of an image.
    Image {
        /// The whole image.
        bytes: Arc<Vec<u8>>,
        /// The file's inode in it.
        nid: Nid,
    },
}

impl Source {
    /// Opens the contents for reading; fails if the file is no longer as it was listed.
    pub(crate) fn open(&self) -> io::Result<Box<dyn Read>> {
        match self {
            Self::File { path, size, modified: then } => {
                let file = File::open(path)?;
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

/// The time of the last change. Times before 1970 are 1970.
pub fn modified(metadata: &Metadata) -> Timestamp {
    let time =
        metadata.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok()).unwrap_or_default();
    Timestamp { seconds: time.as_secs(), nanoseconds: time.subsec_nanos() }
}

/// One file of an image that is held by everyone who reads it.
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
