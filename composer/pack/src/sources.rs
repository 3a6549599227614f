//! All sources as one tree.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use vfs_image::{Attributes, Image, NodeIndex, Timestamp, Tree};

use crate::Remarks;
use crate::embed;
use crate::error::TreeError;
use crate::image::{ImageArgument, Reading, read, warn_of_filter};
use crate::links;
use crate::merge::{Merge, MergeError, OnCollision};
use crate::source::directory::{self, Listing};
use crate::source::erofs;
use crate::source::kind::{self, Kind};
use crate::tree::{self, PlaceError, SourceTree};

/// The tree while sources are added to it.
pub(crate) struct Sources {
    tree: SourceTree,
    leading: HashSet<NodeIndex>,
    listing: Listing,
    kept: usize,
    /// What happens to different files at one path.
    pub(crate) on_collision: OnCollision,
}

impl Sources {
    pub(crate) fn new(reading: Reading) -> Self {
        let Reading { times, filter, on_collision, output, app, .. } = reading;
        let tree = Tree::new(Attributes { mode: tree::PLAIN_DIRECTORY, modified: times.unwrap_or_default() });
        let leading = HashSet::from([tree.root()]);
        let listing = Listing { times, filter, output, app, ..Listing::default() };
        Self { tree, leading, listing, kept: 0, on_collision }
    }

    /// Adds a source. `before` are those that were added already.
    ///
    /// # Errors
    /// [`TreeError`]: the source cannot be used, or collides with another.
    pub(crate) fn add(&mut self, argument: &ImageArgument, before: &[&ImageArgument]) -> Result<(), TreeError> {
        let path = &argument.path;
        let kind = if argument.is_file { Kind::File } else { kind::recognise(path)? };
        if kind != Kind::Directory && !argument.is_file {
            warn_of_filter(&self.listing.filter, path, &mut self.listing.remarks);
        }
        let (directory, name) = match kind {
            Kind::File => split(argument)?,
            _ => (argument.guest.as_str(), None),
        };
        let is_new = tree::find(&self.tree, directory)?.is_none();
        let attributes = match kind {
            Kind::Directory => directory::attributes_of(path, self.listing.times)?,
            _ => Attributes { mode: tree::PLAIN_DIRECTORY, modified: self.listing.times.unwrap_or_default() },
        };
        let place = tree::make_place(&mut self.tree, directory, attributes, &mut self.leading);
        let to = place.map_err(|error| match error {
            PlaceError::NotDirectory(through) => TreeError::Through { guest: argument.guest.clone(), through },
            PlaceError::Tree(source) => TreeError::Entry { path: path.clone(), source: source.into() },
        })?;
        let is_empty = self.tree.entries(to).is_some_and(|entries| entries.is_empty());
        if is_empty && (is_new || self.leading.contains(&to)) {
            if name.is_none() {
                self.leading.remove(&to);
                self.tree.set_attributes(to, attributes);
            }
            return fill(&mut self.tree, to, (kind, path, name), &mut self.listing);
        }
        let mut piece = Tree::new(attributes);
        let root = piece.root();
        fill(&mut piece, root, (kind, path, name), &mut self.listing)?;
        let mut merge = Merge {
            tree: &mut self.tree,
            leading: &mut self.leading,
            is_later: self.on_collision != OnCollision::Last,
            is_strict: self.on_collision == OnCollision::Error,
            kept: 0,
        };
        if name.is_none() {
            merge.set_attributes(to, piece.node(root).attributes());
        }
        merge.put(to, &piece).map_err(|error| match error {
            MergeError::Collision(collision) => {
                let guest = format!("{}{}", directory.trim_end_matches('/'), collision.path);
                TreeError::Collision {
                    path: owner(&guest, before).to_owned(),
                    kind: collision.kind,
                    later: path.clone(),
                    other: collision.other,
                    guest,
                }
            }
            MergeError::Read(source) => TreeError::Read { path: path.clone(), source },
            MergeError::Tree(source) => TreeError::Entry { path: path.clone(), source: source.into() },
        })?;
        self.kept += merge.kept;
        Ok(())
    }

    /// Returns the tree, and the directories that were listed, each with its modification time then.
    pub(crate) fn finish(self, remarks: &mut Remarks) -> (SourceTree, Vec<(PathBuf, Timestamp)>) {
        let Listing { times, seen, remarks: mut told, found, .. } = self.listing;
        remarks.warnings.append(&mut told.warnings);
        remarks.notes.append(&mut told.notes);
        found.tell(remarks, times.is_some());
        links::tell(&self.tree, remarks);
        if self.kept > 0 {
            let which = if self.on_collision == OnCollision::Last { "last" } else { "first" };
            let files = if self.kept == 1 { "1 file is".into() } else { format!("{} files are", self.kept) };
            remarks.note("collision", format!("{files} in several images: the {which} one is packed"));
        }
        (self.tree, seen)
    }
}

/// Fills an empty directory of a tree from a source.
fn fill(
    tree: &mut SourceTree,
    to: NodeIndex,
    (kind, path, name): (Kind, &Path, Option<&str>),
    listing: &mut Listing,
) -> Result<(), TreeError> {
    match kind {
        Kind::Directory => directory::add(tree, to, path, listing),
        Kind::File => directory::add_file(tree, to, name.unwrap_or_default(), path, listing.times),
        Kind::Image => {
            let bytes = Arc::new(read(path)?);
            erofs::add(tree, to, path, &bytes, listing.times, &mut listing.remarks)
        }
        Kind::Wasm => {
            let bytes = Arc::new(image_in(path)?);
            erofs::add(tree, to, path, &bytes, listing.times, &mut listing.remarks)
        }
    }
}

/// Returns the image of a composed component.
fn image_in(path: &Path) -> Result<Vec<u8>, TreeError> {
    let mut bytes = read(path)?;
    let no_image = || TreeError::NoImage { path: path.to_owned() };
    let found = embed::find(&bytes).ok().flatten().ok_or_else(no_image)?;
    bytes.truncate(found.image.end);
    bytes.drain(..found.image.start);
    Ok(bytes)
}

/// Splits the place of a file into its directory and its name.
fn split(argument: &ImageArgument) -> Result<(&str, Option<&str>), TreeError> {
    let guest = &argument.guest;
    if tree::names(guest)?.is_empty() || guest.ends_with('/') {
        return Err(TreeError::PlainFile { path: argument.path.clone() });
    }
    let (directory, name) = guest.rsplit_once('/').unwrap_or(("", guest));
    Ok((if directory.is_empty() { "/" } else { directory }, Some(name)))
}

/// Returns the source that a path of the tree is from: the last one before that has it, for a message.
fn owner<'a>(guest: &str, before: &[&'a ImageArgument]) -> &'a Path {
    let has = |argument: &&&ImageArgument| {
        let Some(inside) = guest.strip_prefix(argument.guest.trim_end_matches('/')) else { return false };
        if !inside.is_empty() && !inside.starts_with('/') {
            return false;
        }
        match kind::recognise(&argument.path) {
            _ if argument.is_file => inside.is_empty(),
            Ok(Kind::Directory) => argument.path.join(inside.trim_start_matches('/')).symlink_metadata().is_ok(),
            Ok(Kind::File) => inside.is_empty(),
            Ok(Kind::Image) => read(&argument.path).is_ok_and(|image| is_in(&image, inside)),
            Ok(Kind::Wasm) => image_in(&argument.path).is_ok_and(|image| is_in(&image, inside)),
            Err(_) => false,
        }
    };
    let found = before.iter().rev().find(has).or(before.last());
    found.map_or(Path::new(""), |argument| &argument.path)
}

fn is_in(image: &[u8], path: &str) -> bool {
    Image::new(image).is_ok_and(|image| vfs_image::find(&image, path.as_bytes()).is_ok())
}
