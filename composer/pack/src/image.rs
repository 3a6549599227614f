//! The image that goes into the vfs: laid out from a tree of sources, or an existing image file unchanged.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use vfs_image::{Attributes, FileKind, Image, Layout, Summary, Timestamp, Tree};

use crate::ImageReport;
use crate::embed::MAX_MODULE;
use crate::error::{Cause, TreeError, WriteError};
use crate::source::{self, Source, directory, erofs};
use crate::tree::{self, SourceTree};

/// Image files up to this size are read and validated as a whole before they are embedded. Of a larger file only the
/// first block is checked.
const READ_WHOLE: u64 = 128 << 20;
/// Bytes that are copied at a time.
const PIECE: usize = 256 * 1024;
/// Bytes of an image's first block, which contains the superblock.
const BLOCK: usize = 4096;

/// The arguments of one `--image`.
#[derive(Clone, Debug)]
pub struct ImageArgument {
    /// A directory or an image file.
    pub path: PathBuf,
    /// The directory of the tree that receives the files.
    pub guest: String,
}

/// Options for reading the sources.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// Whether a device, socket or named pipe is an error instead of a warning.
    pub strict: bool,
    /// One time for all files, instead of their own times.
    pub times: Option<Timestamp>,
    /// The file that will be written, which must not become part of the image.
    pub output: Option<directory::Output>,
}

/// An image of a known size. Its bytes are produced only while they are written.
pub enum Packed {
    /// A tree of sources, laid out as an image while it is written.
    Tree {
        /// The files, with the sources of their contents.
        tree: SourceTree,
        /// The build time in the superblock.
        time: Timestamp,
        /// The length of the image in bytes.
        size: u64,
        /// The directories that were listed, each with its modification time then.
        seen: Vec<(PathBuf, Timestamp)>,
    },
    /// An existing image file, copied as it is.
    File {
        /// The image file.
        path: PathBuf,
        /// Its length in bytes.
        size: u64,
        /// Its modification time when it was checked; a later change is an error.
        modified: Timestamp,
        /// The counts of a validated image; `None` for an image too large to be read as a whole.
        summary: Option<Summary>,
    },
}

impl Packed {
    /// Collects the sources into one image. Appends a message to `warnings` for each file that is left out.
    ///
    /// # Errors
    /// [`TreeError`]: a source cannot be used, or two sources collide.
    pub fn collect(images: &[ImageArgument], reading: Reading, warnings: &mut Vec<String>) -> Result<Self, TreeError> {
        if let [only] = images
            && is_file(&only.path)?
            && tree::names(&only.guest)?.is_empty()
        {
            return Self::as_it_is(&only.path);
        }
        let mut tree = Tree::new(Attributes { mode: 0o755, modified: reading.times.unwrap_or_default() });
        let mut listing = directory::Listing {
            strict: reading.strict,
            times: reading.times,
            output: reading.output,
            ..Default::default()
        };
        for ImageArgument { path, guest } in images {
            if is_file(path)? {
                let bytes = Arc::new(read(path)?);
                let plain = Attributes { mode: 0o755, modified: reading.times.unwrap_or_default() };
                let place = tree::make_place(&mut tree, guest, plain)?;
                erofs::add(&mut tree, place, path, &bytes, reading.times, &mut listing.warnings)?;
            } else {
                let place = tree::make_place(&mut tree, guest, directory::attributes_of(path, reading.times)?)?;
                directory::add(&mut tree, place, path, &mut listing)?;
            }
        }
        warnings.append(&mut listing.warnings);
        let time = reading.times.unwrap_or_else(|| tree::newest(&tree));
        let size = Layout::new(&tree, time).map_err(|source| TreeError::Layout { source: source.into() })?.size();
        Ok(Self::Tree { tree, time, size, seen: listing.seen })
    }

    fn as_it_is(path: &Path) -> Result<Self, TreeError> {
        let failed = |source| TreeError::Read { path: path.to_owned(), source };
        let bad = |source: Cause| TreeError::Image { path: path.to_owned(), source };
        let metadata = std::fs::metadata(path).map_err(failed)?;
        let (size, modified) = (metadata.len(), source::modified(&metadata));
        let mut summary = None;
        // Embedding refuses a larger file anyway.
        if size <= MAX_MODULE {
            // Untouched zero pages cost nothing, so the reader sees the whole length even of a file of which only the
            // first block is read.
            let mut bytes = vec![0; usize::try_from(size).unwrap_or(0)];
            let wanted = if size > READ_WHOLE { BLOCK } else { bytes.len() };
            File::open(path).and_then(|mut file| file.read_exact(&mut bytes[..wanted])).map_err(failed)?;
            Image::new(&bytes).map_err(|source| bad(source.into()))?;
            if wanted == bytes.len() {
                // Reports damage now, instead of letting the app meet it.
                summary = Some(vfs_image::validate(&bytes).map_err(|source| bad(source.into()))?);
            }
        }
        Ok(Self::File { path: path.to_owned(), size, modified, summary })
    }

    /// Returns the length of the image in bytes, which is known before it is written.
    pub fn size(&self) -> u64 {
        match self {
            Self::Tree { size, .. } | Self::File { size, .. } => *size,
        }
    }

    /// Returns the kind of file at an absolute path, or `None` if nothing is there.
    ///
    /// # Errors
    /// - [`TreeError::GuestPath`]: the path is not absolute, or contains `.` or `..`.
    /// - [`TreeError::Read`], [`TreeError::Image`]: the image file cannot be read.
    pub fn kind(&self, guest: &str) -> Result<Option<FileKind>, TreeError> {
        match self {
            _ if tree::names(guest)?.is_empty() => Ok(Some(FileKind::Directory)),
            Self::Tree { tree, .. } => tree::kind(tree, guest),
            Self::File { path, .. } => {
                let bytes = read(path)?;
                let bad =
                    |source: vfs_image::ImageError| TreeError::Image { path: path.clone(), source: source.into() };
                let found = vfs_image::find(&Image::new(&bytes).map_err(bad)?, guest.as_bytes());
                Ok(found.ok().map(|inode| inode.kind))
            }
        }
    }

    /// Writes the image. Calls `progress` with the number of bytes written so far.
    ///
    /// # Errors
    /// - [`WriteError::Output`]: writing to `out` failed.
    /// - [`WriteError::Source`]: a source cannot be read, or has changed since it was listed.
    pub fn write(&self, out: &mut impl Write, mut progress: impl FnMut(u64)) -> Result<(), WriteError> {
        match self {
            Self::Tree { tree, time, seen, .. } => {
                let layout = Layout::new(tree, *time).map_err(|source| TreeError::Layout { source: source.into() })?;
                layout.write(&mut *out, Source::open, progress).map_err(|error| match error {
                    vfs_image::WriteError::Write { source } => WriteError::Output { source },
                    source => WriteError::Source(TreeError::Pack { source: source.into() }),
                })?;
                directory::check_unchanged(seen)?;
                Ok(())
            }
            Self::File { path, size, modified, .. } => copy(path, (*size, *modified), out, &mut progress),
        }
    }

    /// Counts the files of the image, for reports to the user.
    pub fn report(&self) -> ImageReport {
        match self {
            Self::Tree { tree, size, .. } => ImageReport::of_tree(tree, *size),
            Self::File { summary, size, .. } => ImageReport::of_image(summary.as_ref(), *size),
        }
    }
}

/// Copies an image file. Fails if the file has changed since it was checked.
fn copy(
    path: &Path,
    (size, modified): (u64, Timestamp),
    out: &mut impl Write,
    progress: &mut impl FnMut(u64),
) -> Result<(), WriteError> {
    let failed = |source| TreeError::Read { path: path.to_owned(), source };
    let changed = |detail: &str| TreeError::Changed { path: path.to_owned(), detail: detail.into() };
    let mut file = File::open(path).map_err(failed)?;
    let now = file.metadata().map_err(failed)?;
    if now.len() != size || source::modified(&now) != modified {
        return Err(changed("its size or time").into());
    }
    let mut piece = vec![0; PIECE];
    let mut done = 0;
    while done < size {
        let length = piece.len().min(usize::try_from(size - done).unwrap_or(usize::MAX));
        match file.read(&mut piece[..length]) {
            Ok(0) => return Err(changed("it became shorter").into()),
            Ok(read) => {
                out.write_all(&piece[..read]).map_err(|source| WriteError::Output { source })?;
                done += read as u64;
                progress(done);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(source) => return Err(failed(source).into()),
        }
    }
    Ok(())
}

fn is_file(path: &Path) -> Result<bool, TreeError> {
    let metadata = std::fs::metadata(path).map_err(|source| TreeError::Read { path: path.to_owned(), source })?;
    if !metadata.is_dir() && !metadata.is_file() {
        return Err(TreeError::NotASource { path: path.to_owned() });
    }
    Ok(metadata.is_file())
}

fn read(path: &Path) -> Result<Vec<u8>, TreeError> {
    std::fs::read(path).map_err(|source| TreeError::Read { path: path.to_owned(), source })
}
