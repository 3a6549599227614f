//! Reads a directory of this machine into the tree.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::Metadata;
use std::path::{Path, PathBuf};

use vfs_image::{Attributes, NodeIndex, Timestamp};

use super::contents::{Contents, modified};
use super::filter::{Filter, Own, Unmatched};
use super::found::{Found, is_temporary};
use super::kind;
use super::kind::special;
use crate::Remarks;
use crate::error::TreeError;
use crate::progress::{Observer, Progress};
use crate::tree::{SourceTree, refused};

/// Options for listing directories, and what the listing collects.
pub struct Listing {
    /// One time for all files, instead of their own times.
    pub times: Option<Timestamp>,
    /// The files of each directory that are packed.
    pub filter: Filter,
    /// Its patterns that have matched nothing.
    pub unmatched: Unmatched,
    /// The ignore files in the directories.
    pub own: Own,
    /// The directories that were listed, each with its modification time then, to detect later changes.
    pub seen: Vec<(PathBuf, Timestamp)>,
    /// The file that the result will be written to.
    pub output: Option<Output>,
    /// Warnings and notes.
    pub remarks: Remarks,
    /// What packing changes or should not pack, over all directories.
    pub found: Found,
    /// The number of entries that were listed or merged.
    pub entries: u64,
    /// Hears of that number.
    pub observer: Observer,
}

impl Listing {
    /// Counts an entry.
    ///
    /// # Errors
    /// [`TreeError::Stopped`]: the observer wants no more.
    pub(crate) fn count(&mut self) -> Result<(), TreeError> {
        self.entries += 1;
        self.observer.tell(Progress::Listing { entries: self.entries })
    }
}

/// A file that is about to be written. It is not packed into itself, and creating it may change the directory around
/// it.
#[derive(Clone, Debug)]
pub struct Output {
    /// The directory of the file, with symbolic links resolved.
    directory: PathBuf,
    name: OsString,
    /// What is there now, and its length.
    replaced: Option<(PathBuf, u64)>,
}

impl Output {
    /// Resolves the directory of `file`. Returns `None` if it does not exist; writing reports that later.
    pub fn new(file: &Path) -> Option<Self> {
        let directory = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let replaced = file.metadata().ok().filter(Metadata::is_file).map(|now| (file.to_owned(), now.len()));
        Some(Self { directory: directory.canonicalize().ok()?, name: file.file_name()?.to_owned(), replaced })
    }

    /// Returns whether the output would replace this file, by whatever name or link.
    fn replaces(&self, path: &Path, metadata: &Metadata) -> bool {
        // The length tells most files apart without opening them.
        self.replaced.as_ref().is_some_and(|(replaced, length)| {
            metadata.is_file()
                && metadata.len() == *length
                && same_file::is_same_file(replaced, path).is_ok_and(|is_same| is_same)
        })
    }
}

/// Returns the attributes for the directory of the tree that receives a source.
///
/// # Errors
/// [`TreeError::Read`]: the source does not exist or cannot be read.
pub fn attributes_of(path: &Path, times: Option<Timestamp>) -> Result<Attributes, TreeError> {
    let metadata = std::fs::metadata(path).map_err(|source| TreeError::Read { path: path.to_owned(), source })?;
    Ok(attributes(&metadata, times))
}

/// Adds everything in `directory` to the directory `to` of the tree. Hard links to one file stay hard links.
///
/// # Errors
/// - [`TreeError::Read`]: a file or directory cannot be read.
/// - [`TreeError::NotUtf8`]: a name or link target is not UTF-8, as WASI requires.
/// - [`TreeError::Pattern`]: a pattern of the filter is not valid.
/// - [`TreeError::Entry`]: a name or link target is longer than an image can hold.
/// - [`TreeError::Stopped`]: the observer wants no more.
pub fn add(tree: &mut SourceTree, to: NodeIndex, directory: &Path, listing: &mut Listing) -> Result<(), TreeError> {
    let mut linked: HashMap<(u64, u64), NodeIndex> = HashMap::new();
    // The nodes of the directories from `to` down to the current one.
    let mut parents = vec![to];
    // The directory of the output as the walk below names it, if it is inside `directory`.
    let output = listing.output.clone().and_then(|output| {
        let inside = output.directory.strip_prefix(directory.canonicalize().ok()?).ok()?;
        Some((directory.join(inside), output.name))
    });
    let changes = |path: &Path| output.as_ref().is_some_and(|(directory, _)| directory == path);
    if let Ok(metadata) = std::fs::metadata(directory) {
        listing.found.note_changed(directory, &metadata);
        if !changes(directory) {
            listing.seen.push((directory.to_owned(), modified(&metadata)));
        }
    }
    for entry in listing.filter.walk(directory, &listing.unmatched)? {
        listing.count()?;
        let entry = entry.map_err(|error| walk_error(error, directory))?;
        let path = entry.path();
        if let Some(error) = entry.error() {
            return Err(TreeError::Pattern { source: Box::new(error.clone()) });
        }
        if entry.depth() == 0 || entry.file_type().is_some_and(|kind| kind.is_dir()) {
            listing.own.enter(path)?;
        }
        if entry.depth() == 0 {
            continue;
        }
        let metadata = entry.metadata().map_err(|error| walk_error(error, directory))?;
        let is_named =
            output.as_ref().is_some_and(|(_, name)| entry.file_name() == name) && path.parent().is_some_and(&changes);
        let is_replaced = listing.output.as_ref().is_some_and(|output| output.replaces(path, &metadata));
        if is_replaced && !kind::is_result(path)? {
            return Err(TreeError::OutputIsSource { path: path.to_owned() });
        }
        if is_named || is_replaced {
            listing.remarks.note("output-left-out", format!("`{}` is the output; it is left out", path.display()));
            continue;
        }
        let name = entry.file_name().to_str().ok_or_else(|| TreeError::NotUtf8 {
            directory: path.parent().unwrap_or(path).to_owned(),
            name: format!("{:?}", entry.file_name()),
        })?;
        parents.truncate(entry.depth());
        if metadata.is_file() && is_temporary(name) {
            continue;
        }
        let Some(&parent) = parents.last() else { continue };
        listing.found.note(path, name, &metadata);
        let attributes = attributes(&metadata, listing.times);
        let file_type = metadata.file_type();
        let key = link_key(&metadata);
        if let Some(&node) = key.as_ref().and_then(|key| linked.get(key)) {
            tree.link(parent, name.as_bytes(), node).map_err(refused(path))?;
            continue;
        }
        let node = if file_type.is_dir() {
            if !changes(path) {
                listing.seen.push((path.to_owned(), modified(&metadata)));
            }
            let node = tree.add_directory(parent, name.as_bytes(), attributes).map_err(refused(path))?;
            parents.push(node);
            continue;
        } else if file_type.is_symlink() {
            let target =
                std::fs::read_link(path).map_err(|source| TreeError::Read { path: path.to_owned(), source })?;
            let target = target.to_str().ok_or_else(|| TreeError::NotUtf8 {
                directory: path.to_owned(),
                name: format!("{:?}", target.as_os_str()),
            })?;
            tree.add_symlink(parent, name.as_bytes(), attributes, target.as_bytes()).map_err(refused(path))?
        } else if file_type.is_file() {
            let contents = Contents::of_file(path, &metadata);
            tree.add_file(parent, name.as_bytes(), attributes, metadata.len(), contents).map_err(refused(path))?
        } else {
            let kind = special(file_type);
            let message = format!("`{}` is {kind}, which an image cannot hold; it is left out", path.display());
            listing.remarks.warn("special-file", message);
            continue;
        };
        linked.extend(key.map(|key| (key, node)));
    }
    listing.own.leave();
    Ok(())
}

/// Adds one file of this machine as `name` of a directory of the tree.
///
/// # Errors
/// - [`TreeError::Read`]: the file cannot be read.
/// - [`TreeError::Entry`]: the name is longer than an image can hold.
pub fn add_file(
    tree: &mut SourceTree,
    to: NodeIndex,
    name: &str,
    path: &Path,
    listing: &mut Listing,
) -> Result<(), TreeError> {
    let metadata = std::fs::metadata(path).map_err(|source| TreeError::Read { path: path.to_owned(), source })?;
    if !metadata.is_file() {
        let kind = special(metadata.file_type());
        return Err(TreeError::NotASource { path: path.to_owned(), kind, needed: "a file" });
    }
    listing.found.note_changed(path, &metadata);
    let contents = Contents::of_file(path, &metadata);
    tree.add_file(to, name.as_bytes(), attributes(&metadata, listing.times), metadata.len(), contents)
        .map_err(refused(path))?;
    Ok(())
}

/// Checks that no listed directory has changed.
///
/// # Errors
/// [`TreeError::Changed`]: a name was added to a directory or removed from it after it was listed.
pub fn check_unchanged(seen: &[(PathBuf, Timestamp)]) -> Result<(), TreeError> {
    for (path, then) in seen {
        let now = std::fs::metadata(path).map(|metadata| modified(&metadata));
        if now.as_ref().ok() != Some(then) {
            return Err(TreeError::Changed { path: path.clone(), detail: "names were added or removed".into() });
        }
    }
    Ok(())
}

fn attributes(metadata: &Metadata, times: Option<Timestamp>) -> Attributes {
    Attributes { mode: mode(metadata), modified: times.unwrap_or_else(|| modified(metadata)) }
}

#[cfg(unix)]
fn mode(metadata: &Metadata) -> u16 {
    use std::os::unix::fs::MetadataExt;
    (metadata.mode() & 0o7777) as u16
}

#[cfg(not(unix))]
fn mode(metadata: &Metadata) -> u16 {
    if metadata.is_dir() { 0o755 } else { 0o644 }
}

/// Returns a key that is the same for all hard links to one file; `None` for a file with a single name.
#[cfg(unix)]
fn link_key(metadata: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    (!metadata.is_dir() && metadata.nlink() > 1).then(|| (metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn link_key(_: &Metadata) -> Option<(u64, u64)> {
    None
}

fn walk_error(error: ignore::Error, directory: &Path) -> TreeError {
    let (path, source) = path_and_cause(error);
    TreeError::Read { path: path.unwrap_or_else(|| directory.to_owned()), source }
}

/// Takes apart an error of the walk.
fn path_and_cause(error: ignore::Error) -> (Option<PathBuf>, std::io::Error) {
    match error {
        ignore::Error::WithPath { path, err } => (Some(path), path_and_cause(*err).1),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_and_cause(*err),
        ignore::Error::Io(error) => (None, of_system(error)),
        error => (None, std::io::Error::other(error.to_string())),
    }
}

/// Returns the system's error, without what the walk adds: the path, which is named anyway.
fn of_system(error: std::io::Error) -> std::io::Error {
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        if let Some(code) = inner.downcast_ref::<std::io::Error>().and_then(std::io::Error::raw_os_error) {
            return std::io::Error::from_raw_os_error(code);
        }
        cause = inner.source();
    }
    error
}
