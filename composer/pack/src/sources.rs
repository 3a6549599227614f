//! All sources as one tree.

use std::borrow::Cow;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use vfs_image::{Attributes, FileKind, Image, NodeIndex, Timestamp, Tree};

use crate::Remarks;
use crate::embed;
use crate::error::{Room, TreeError};
use crate::image::{Point, Reading, read, tell_of_hidden, without_filter};
use crate::links;
use crate::merge::{Collision, DIRECTORY, Merge, MergeError, OnCollision};
use crate::source::directory::{self, Listing};
use crate::source::files::Files;
use crate::source::filter::{Own, Unmatched};
use crate::source::found::Found;
use crate::source::kind::{self, Kind};
use crate::source::{Origin, Source, erofs};
use crate::tree::{self, PlaceError, SourceTree};

/// The tree while sources are added to it.
pub(crate) struct Sources {
    tree: SourceTree,
    leading: HashSet<NodeIndex>,
    listing: Listing,
    kept: usize,
    /// The directories, each with its place in the tree.
    directories: Vec<(PathBuf, String)>,
    /// What is said of the sources to which patterns do not apply.
    unfiltered: Vec<String>,
    /// Whether files that are packed whatever is in them come after sources of other kinds.
    pub(crate) has_files_last: bool,
    /// The directories of the tree that the app gets.
    preopens: Vec<String>,
    /// Whether the app can follow absolute targets of symbolic links, from the root.
    follows_absolute_links: bool,
    /// What happens to different files at one path.
    pub(crate) on_collision: OnCollision,
}

impl Sources {
    pub(crate) fn new(reading: Reading) -> Self {
        let Reading { times, filter, on_collision, output, app, observer, preopens, follows_absolute_links, .. } =
            reading;
        let tree = Tree::new(Attributes { mode: tree::PLAIN_DIRECTORY, modified: times.unwrap_or_default() });
        let leading = HashSet::from([tree.root()]);
        let listing = Listing {
            times,
            unmatched: Unmatched::new(&filter),
            filter,
            own: Own::default(),
            seen: Vec::new(),
            output,
            remarks: Remarks::default(),
            found: Found::new(app),
            entries: 0,
            observer,
        };
        let (directories, unfiltered) = (Vec::new(), Vec::new());
        let has_files_last = false;
        Self {
            tree,
            leading,
            listing,
            kept: 0,
            directories,
            unfiltered,
            has_files_last,
            preopens,
            follows_absolute_links,
            on_collision,
        }
    }

    /// Adds a source. `before` are those that were added already.
    ///
    /// # Errors
    /// [`TreeError`]: the source cannot be used, or collides with another.
    pub(crate) fn add(&mut self, source: &Source, before: &[&Source]) -> Result<(), TreeError> {
        let Source { origin, guest } = source;
        let input = Input::recognise(origin)?;
        match input {
            Input::Directory(path) => self.directories.push((path.to_owned(), guest.clone())),
            Input::Image(..) | Input::Memory(_) => {
                self.unfiltered.push(without_filter(&self.listing.filter, origin));
            }
            Input::File(_) => {}
        }
        let (directory, name) = match input {
            Input::File(path) => split(guest, path, matches!(origin, Origin::Path(_)))?,
            _ => (guest.as_str(), ""),
        };
        let is_new = tree::find(&self.tree, directory)?.is_none();
        let attributes = match input {
            Input::Directory(path) => directory::attributes_of(path, self.listing.times)?,
            _ => Attributes { mode: tree::PLAIN_DIRECTORY, modified: self.listing.times.unwrap_or_default() },
        };
        let to = tree::make_place(&mut self.tree, directory, attributes, &mut self.leading);
        let to = to.map_err(|error| match error {
            PlaceError::NotDirectory(through) => {
                let earlier = owner(&through, before);
                TreeError::Through {
                    earlier: earlier.map(|source| source.origin.to_string()).unwrap_or_default(),
                    later: origin.to_string(),
                    guest: guest.clone(),
                    room: Box::new(Room {
                        is_of_file: true,
                        exclude: earlier.and_then(|source| pattern(source, &through)),
                    }),
                    through,
                }
            }
            PlaceError::Tree(source) => TreeError::Entry { path: guest.into(), source: source.into() },
        })?;
        let is_empty = self.tree.entries(to).is_some_and(|entries| entries.is_empty());
        // Without anything to merge with, nothing is copied.
        if is_empty && (is_new || self.leading.contains(&to)) && !matches!(input, Input::Memory(_)) {
            if !matches!(input, Input::File(_)) {
                self.leading.remove(&to);
                self.tree.set_attributes(to, attributes);
            }
            return input.fill(&mut self.tree, to, name, &mut self.listing);
        }
        let (piece, implied) = input.piece(attributes, name, &mut self.listing)?;
        let mut merge = Merge {
            tree: &mut self.tree,
            leading: &mut self.leading,
            is_later: self.on_collision != OnCollision::Last,
            is_strict: self.on_collision == OnCollision::Error,
            kept: 0,
        };
        if !implied.contains(&piece.root()) {
            merge.set_attributes(to, piece.node(piece.root()).attributes());
        }
        let path = || origin.path().unwrap_or(Path::new(guest)).to_owned();
        merge.put(to, &piece, &implied, || self.listing.count()).map_err(|error| match error {
            MergeError::Collision(collision) => {
                let guest = format!("{}{}", directory.trim_end_matches('/'), collision.path);
                let earlier = owner(&guest, before);
                TreeError::Collision {
                    earlier: earlier.map(|source| source.origin.to_string()).unwrap_or_default(),
                    kind: collision.kind,
                    later: origin.to_string(),
                    other: collision.other,
                    room: Box::new(Room {
                        is_of_file: [earlier, Some(source)].into_iter().flatten().any(is_file),
                        exclude: earlier.and_then(|earlier| pattern_of_either(earlier, source, &collision, &guest)),
                    }),
                    guest,
                }
            }
            MergeError::Read(source) => {
                source.downcast().unwrap_or_else(|source| TreeError::Read { path: path(), source })
            }
            MergeError::Tree(source) => TreeError::Entry { path: path(), source: source.into() },
            MergeError::Stopped(error) => error,
        })?;
        self.kept += merge.kept;
        Ok(())
    }

    /// Makes a directory in whose place one of the host stands, where it is not there yet. `sources` are those that were
    /// added.
    ///
    /// # Errors
    /// - [`TreeError::Point`]: a file or a symbolic link is there, or on the way.
    /// - [`TreeError::GuestPath`], [`TreeError::Entry`]: no directory can have this path.
    pub(crate) fn add_point(&mut self, point: &Point, sources: &[&Source]) -> Result<(), TreeError> {
        let Point { guest, hides } = point;
        tree::names(guest)?;
        let modified = self.listing.times.unwrap_or_default();
        let attributes = Attributes { mode: tree::PLAIN_DIRECTORY, modified };
        let made = tree::make_place(&mut self.tree, guest, attributes, &mut self.leading);
        let directory = made.map_err(|error| match error {
            PlaceError::NotDirectory(through) => {
                let owner = owner(&through, sources);
                TreeError::Point {
                    guest: guest.to_owned(),
                    kind: match tree::kind(&self.tree, &through) {
                        Ok(Some(FileKind::SymbolicLink)) => "a symbolic link",
                        _ => "a file",
                    },
                    owner: owner.map(|source| source.origin.to_string()).unwrap_or_default(),
                    room: Box::new(Room {
                        is_of_file: owner.is_some_and(is_file),
                        exclude: owner.and_then(|source| pattern(source, &through)),
                    }),
                    through,
                }
            }
            PlaceError::Tree(source) => TreeError::Entry { path: guest.into(), source: source.into() },
        })?;
        if *hides && self.tree.entries(directory).is_some_and(|entries| !entries.is_empty()) {
            tell_of_hidden(guest, &mut self.listing.remarks);
        }
        Ok(())
    }

    /// Returns the tree, and the directories that were listed, each with its modification time then.
    pub(crate) fn finish(self, remarks: &mut Remarks) -> (SourceTree, Vec<(PathBuf, Timestamp)>) {
        let Listing { times, filter, seen, remarks: mut told, found, unmatched, own, .. } = self.listing;
        remarks.warnings.append(&mut told.warnings);
        remarks.notes.append(&mut told.notes);
        match (filter.is_empty(), self.directories.is_empty(), self.unfiltered.is_empty()) {
            (true, ..) => {}
            (false, true, true) => {
                remarks.warn(
                    "no-effect",
                    format!("{} no effect: no source is a directory; leave it out", filter.flags_have()),
                );
            }
            (false, true, false) => self.unfiltered.iter().for_each(|message| remarks.warn("no-effect", message)),
            // Patterns are for the directories, and whoever types them may know.
            (false, false, _) => self.unfiltered.iter().for_each(|message| remarks.note("no-effect", message)),
        }
        unmatched.tell(&self.directories, &own, remarks);
        own.tell(remarks);
        found.tell(remarks, times.is_some());
        links::tell(&self.tree, &self.preopens, self.follows_absolute_links, remarks);
        if self.kept > 0 {
            let which = if self.on_collision == OnCollision::Last { "last" } else { "first" };
            let files = if self.kept == 1 { "1 file is".into() } else { format!("{} files are", self.kept) };
            let order = if self.has_files_last { ", and `--file` counts after `--image`" } else { "" };
            remarks.note("collision", format!("{files} in several images: the {which} one is packed{order}"));
        }
        (self.tree, seen)
    }
}

/// What a source turned out to be.
enum Input<'s> {
    Directory(&'s Path),
    Image(&'s Path, Arc<Vec<u8>>),
    File(&'s Path),
    Memory(&'s Files),
}

impl<'s> Input<'s> {
    fn recognise(origin: &'s Origin) -> Result<Self, TreeError> {
        let path = match origin {
            Origin::Memory(files) => return Ok(Self::Memory(files)),
            Origin::File(path) => return Ok(Self::File(path)),
            Origin::Path(path) => path,
        };
        Ok(match kind::recognise(path)? {
            Kind::Directory => Self::Directory(path),
            Kind::File => Self::File(path),
            Kind::Image => Self::Image(path, Arc::new(read(path)?)),
            Kind::Wasm => Self::Image(path, Arc::new(image_in(path)?)),
        })
    }

    /// Returns the files as a tree of their own, and those of its directories whose attributes say nothing.
    fn piece(
        &self,
        root: Attributes,
        name: &str,
        listing: &mut Listing,
    ) -> Result<(Cow<'s, SourceTree>, Cow<'s, HashSet<NodeIndex>>), TreeError> {
        if let Self::Memory(files) = self {
            let mut tree = Cow::Borrowed(files.tree());
            if let Some(time) = listing.times {
                let root = tree.root();
                tree::set_times(tree.to_mut(), root, |_| time);
            }
            return Ok((tree, Cow::Borrowed(files.implied())));
        }
        let mut piece = Tree::new(root);
        let root = piece.root();
        self.fill(&mut piece, root, name, listing)?;
        let implied = if matches!(self, Self::File(_)) { HashSet::from([root]) } else { HashSet::new() };
        Ok((Cow::Owned(piece), Cow::Owned(implied)))
    }

    /// Fills an empty directory of a tree with what is of this machine.
    fn fill(&self, tree: &mut SourceTree, to: NodeIndex, name: &str, listing: &mut Listing) -> Result<(), TreeError> {
        match self {
            Self::Directory(path) => directory::add(tree, to, path, listing),
            Self::File(path) => directory::add_file(tree, to, name, path, listing),
            Self::Image(path, bytes) => erofs::add(tree, to, path, bytes, listing.times, &mut listing.remarks),
            Self::Memory(_) => Ok(()),
        }
    }

    /// Returns whether it has something at a path below its place.
    fn has(&self, inside: &str) -> bool {
        let below = inside.trim_start_matches('/');
        match self {
            Self::Directory(path) => path.join(below).symlink_metadata().is_ok(),
            Self::File(_) => below.is_empty(),
            Self::Image(_, bytes) => {
                Image::new(bytes).is_ok_and(|image| vfs_image::find(&image, inside.as_bytes()).is_ok())
            }
            Self::Memory(files) => tree::find(files.tree(), &format!("/{below}")).is_ok_and(|found| found.is_some()),
        }
    }
}

/// Returns the image of a composed component.
fn image_in(path: &Path) -> Result<Vec<u8>, TreeError> {
    let mut bytes = read(path)?;
    let damaged =
        |source: wasmparser::BinaryReaderError| TreeError::Damaged { path: path.into(), source: source.into() };
    let no_image = || TreeError::NoImage { path: path.to_owned() };
    let found = embed::find(&bytes).map_err(damaged)?.ok_or_else(no_image)?;
    bytes.truncate(found.image.end);
    bytes.drain(..found.image.start);
    Ok(bytes)
}

/// Splits the place of a file into its directory and its name. `is_plain`: it may have been meant to be an image.
fn split<'g>(guest: &'g str, path: &Path, is_plain: bool) -> Result<(&'g str, &'g str), TreeError> {
    tree::names(guest)?;
    if guest.ends_with('/') {
        return Err(match is_plain && guest == "/" {
            true => TreeError::PlainFile { path: path.to_owned() },
            false => TreeError::FilePlace { path: path.to_owned(), guest: guest.to_owned() },
        });
    }
    let (directory, name) = guest.rsplit_once('/').unwrap_or(("", guest));
    Ok((if directory.is_empty() { "/" } else { directory }, name))
}

/// Returns the source that a path of the tree is from: the last one before that has it, for a message.
fn owner<'a>(guest: &str, before: &[&'a Source]) -> Option<&'a Source> {
    let has = |source: &&&Source| {
        let Some(inside) = guest.strip_prefix(source.guest.trim_end_matches('/')) else { return false };
        (inside.is_empty() || inside.starts_with('/'))
            && Input::recognise(&source.origin).is_ok_and(|input| input.has(inside))
    };
    before.iter().rev().find(has).or(before.last()).copied()
}

/// Returns whether a source is one file.
fn is_file(source: &Source) -> bool {
    Input::recognise(&source.origin).is_ok_and(|input| matches!(input, Input::File(_)))
}

/// Returns the pattern that leaves a path of the tree out of a source, if that is a directory: patterns are for no other.
fn pattern(source: &Source, guest: &str) -> Option<String> {
    let is_directory = Input::recognise(&source.origin).is_ok_and(|input| matches!(input, Input::Directory(_)));
    let inside = guest.strip_prefix(source.guest.trim_end_matches('/'))?;
    (is_directory && inside.len() > 1 && !inside.contains(['*', '?', '[', '\\'])).then(|| inside.to_owned())
}

/// Returns the pattern that leaves out one of a directory and something else at one path: rather the directory, as a
/// pattern can be for directories alone, where both sources are directories and have the path in one place.
fn pattern_of_either(earlier: &Source, later: &Source, collision: &Collision, guest: &str) -> Option<String> {
    let (directory, file) = match (collision.kind == DIRECTORY, collision.other == DIRECTORY) {
        (true, false) => (earlier, later),
        (false, true) => (later, earlier),
        _ => return None,
    };
    pattern(directory, guest).map(|pattern| format!("{pattern}/")).or_else(|| pattern(file, guest))
}
