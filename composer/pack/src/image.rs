//! The image that goes into the vfs: laid out from a tree of sources, or an existing image file unchanged.

use std::cmp::Reverse;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use vfs_image::{FileKind, Image, Layout, Summary, Timestamp, Walk};

use crate::embed::MAX_MODULE;
use crate::error::{Cause, TreeError, WriteError};
use crate::merge::OnCollision;
use crate::progress::{Observer, Progress};
use crate::source::filter::Filter;
use crate::source::found;
use crate::source::kind::{self, Kind};
use crate::source::{self, Contents, Origin, Source, directory};
use crate::sources::Sources;
use crate::tree::{self, SourceTree};
use crate::{ImageReport, Remarks};

/// Image files up to this size are read and validated as a whole before they are embedded. Of a larger file only the
/// first block is checked.
const READ_WHOLE: u64 = 128 << 20;
/// Bytes that are copied at a time.
const PIECE: usize = 256 * 1024;
/// Bytes of an image's first block, which contains the superblock.
const BLOCK: usize = 4096;

/// Options for reading the sources.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// One time for all files, instead of their own times.
    pub times: Option<Timestamp>,
    /// The time that files with a later one get.
    pub latest_time: Option<Timestamp>,
    /// The files of directories that are packed.
    pub filter: Filter,
    /// What happens to different files at one path.
    pub on_collision: OnCollision,
    /// The file that will be written, which must not become part of the image.
    pub output: Option<directory::Output>,
    /// The app, which is hardly meant to be in the image.
    pub app: Option<PathBuf>,
    /// The directories of the tree that the app gets; none stands for the root.
    pub preopens: Vec<String>,
    /// Whether the app can follow absolute targets of symbolic links, from the root.
    pub follows_absolute_links: bool,
    /// The directories of the tree in whose place the host's stand, which are made if no source has them.
    pub points: Vec<Point>,
    /// Hears of the progress.
    pub observer: Observer,
}

/// A directory of the tree at whose path a directory of the host is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// The path.
    pub guest: String,
    /// Whether what the tree has there is hidden.
    pub hides: bool,
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
    /// Makes one image of the sources, and tells what is lost or should be known.
    ///
    /// # Errors
    /// [`TreeError`]: a source cannot be used, or two sources collide.
    pub fn of(sources: &[Source], reading: Reading, remarks: &mut Remarks) -> Result<Self, TreeError> {
        if let [Source { origin: origin @ Origin::Path(path), guest }] = sources
            && reading.times.or(reading.latest_time).is_none()
            && tree::names(guest)?.is_empty()
            && kind::recognise(path)? == Kind::Image
            && has_points(path, &reading.points, remarks)?
        {
            if !reading.filter.is_empty() {
                remarks.warn("no-effect", without_filter(&reading.filter, origin));
            }
            return Self::as_it_is(path, remarks);
        }
        let (times, latest) = (reading.times, reading.latest_time);
        let points = reading.points.clone();
        let mut all = Sources::new(reading);
        let is_other = |source: &Source| !matches!(source.origin, Origin::File(_));
        let others = sources.iter().take_while(|source| is_other(source)).count();
        let is_mixed = (1..sources.len()).contains(&others);
        all.has_files_last = is_mixed && !sources[others..].iter().any(is_other);
        let last_first = all.on_collision == OnCollision::Last;
        let order: Vec<_> = if last_first { sources.iter().rev().collect() } else { sources.iter().collect() };
        for (position, source) in order.iter().enumerate() {
            all.add(source, &order[..position])?;
        }
        for point in &points {
            all.add_point(point, &order)?;
        }
        let (mut tree, seen) = all.finish(remarks);
        if let Some(latest) = latest {
            let root = tree.root();
            tree::set_times(&mut tree, root, |own| own.min(latest));
        }
        let time = times.unwrap_or_else(|| tree::newest(&tree));
        let size = Layout::new(&tree, time).map_err(|source| TreeError::Layout { source: source.into() })?.size();
        Ok(Self::Tree { tree, time, size, seen })
    }

    fn as_it_is(path: &Path, remarks: &mut Remarks) -> Result<Self, TreeError> {
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
            let image = Image::new(&bytes).map_err(|source| bad(source.into()))?;
            if wanted == bytes.len() {
                // Reports damage now, instead of letting the app meet it.
                summary = Some(vfs_image::validate(&bytes).map_err(|source| bad(source.into()))?);
                found::tell_of_image(path, &image, remarks);
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

    /// Returns the largest files, with their sizes.
    pub(crate) fn largest(&self) -> Vec<(String, u64)> {
        const NAMED: usize = 3;
        let Self::Tree { tree, .. } = self else { return Vec::new() };
        let mut files = tree::files(tree);
        files.sort_by_key(|(_, size)| Reverse(*size));
        files.truncate(NAMED);
        files.into_iter().map(|(node, size)| (tree.path(node), size)).collect()
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

    /// Writes the image, and tells the observer how much.
    ///
    /// # Errors
    /// - [`WriteError::Output`]: writing to `out` failed.
    /// - [`WriteError::Source`]: a source cannot be read, or has changed since it was listed, or the observer wants no
    ///   more.
    pub fn write(&self, out: &mut dyn Write, observer: &Observer) -> Result<(), WriteError> {
        let mut out = Observed { out, observer, written: 0, total: self.size(), stopped: None };
        let written = self.write_to(&mut out);
        match out.stopped {
            Some(stopped) => Err(stopped.into()),
            None => written,
        }
    }

    fn write_to(&self, out: &mut Observed<'_>) -> Result<(), WriteError> {
        match self {
            Self::Tree { tree, time, seen, .. } => {
                let layout = Layout::new(tree, *time).map_err(|source| TreeError::Layout { source: source.into() })?;
                layout.write(out, Contents::open, |_| {}).map_err(of_writer)?;
                directory::check_unchanged(seen)?;
                Ok(())
            }
            Self::File { path, size, modified, .. } => copy(path, (*size, *modified), out),
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

/// Returns whether an image file has all these directories, and tells of those that are not empty: what is in them is
/// hidden.
fn has_points(path: &Path, all: &[Point], remarks: &mut Remarks) -> Result<bool, TreeError> {
    if all.is_empty() {
        return Ok(true);
    }
    let bytes = read(path)?;
    let bad = |source: vfs_image::ImageError| TreeError::Image { path: path.to_owned(), source: source.into() };
    let image = Image::new(&bytes).map_err(bad)?;
    let directory = |point: &Point| {
        vfs_image::find(&image, point.guest.as_bytes()).ok().filter(|inode| inode.kind == FileKind::Directory)
    };
    let Some(found) = all.iter().map(directory).collect::<Option<Vec<_>>>() else { return Ok(false) };
    for (point, inode) in all.iter().zip(found) {
        if point.hides && Walk::new(&image, inode.nid).nth(1).is_some() {
            tell_of_hidden(&point.guest, remarks);
        }
    }
    Ok(true)
}

/// Says that what is in the place of a directory of the host is hidden.
pub(crate) fn tell_of_hidden(guest: &str, remarks: &mut Remarks) {
    let message = format!("what the tree has in `{guest}` is hidden: a directory of the host stands in its place");
    remarks.note("hidden", message);
}

/// Returns the error of a file of this machine as it is: it names the file, and the writer only its place in the image.
fn of_writer(error: vfs_image::WriteError<io::Error, io::Error>) -> WriteError {
    use vfs_image::WriteError::{Open, Read, Write};
    let pack = |source: vfs_image::WriteError<_, _>| TreeError::Pack { source: source.into() };
    let error = match error {
        Write { source } => return WriteError::Output { source },
        Open { path, source } => source.downcast().unwrap_or_else(|source| pack(Open { path, source })),
        Read { path, source } => source.downcast().unwrap_or_else(|source| pack(Read { path, source })),
        other => pack(other),
    };
    WriteError::Source(error)
}

/// Copies an image file. Fails if the file has changed since it was checked.
fn copy(path: &Path, (size, modified): (u64, Timestamp), out: &mut impl Write) -> Result<(), WriteError> {
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
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(source) => return Err(failed(source).into()),
        }
    }
    Ok(())
}

/// An output of which an observer hears.
struct Observed<'o> {
    out: &'o mut dyn Write,
    observer: &'o Observer,
    written: u64,
    total: u64,
    /// Why no more is written.
    stopped: Option<TreeError>,
}

impl Write for Observed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.out.write(bytes)?;
        self.written += count as u64;
        let told = self.observer.tell(Progress::Writing { bytes: self.written, total: self.total });
        told.map(|()| count).map_err(|stopped| {
            self.stopped = Some(stopped);
            io::Error::other("stopped")
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Says that patterns do not apply to an image or to files in memory.
pub(crate) fn without_filter(filter: &Filter, origin: &Origin) -> String {
    let way_out = match origin {
        Origin::Memory(_) => "",
        Origin::Path(_) | Origin::File(_) => ": `vfs-compose image extract` makes one of it",
    };
    format!("{} no effect on {origin}, which is not a directory{way_out}", filter.flags_have())
}

pub(crate) fn read(path: &Path) -> Result<Vec<u8>, TreeError> {
    std::fs::read(path).map_err(|source| TreeError::Read { path: path.to_owned(), source })
}
