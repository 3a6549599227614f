//! Merges the sources of an image into one tree.

use std::collections::HashSet;
use std::path::Path;

use vfs_image::{Attributes, Content, FileKind, Names, NodeIndex, Timestamp, Tree};

use crate::error::TreeError;
use crate::source::Contents;

/// A tree of the files of all sources, or of one.
pub type SourceTree = Tree<Contents>;

/// Mode of the directories that only lead to the place of a source.
pub(crate) const PLAIN_DIRECTORY: u16 = 0o755;

/// Splits an absolute path into its names; empty names are dropped.
///
/// # Errors
/// [`TreeError::GuestPath`]: the path is not absolute, or contains `.` or `..`.
pub fn names(guest: &str) -> Result<Vec<&str>, TreeError> {
    let bad = || TreeError::GuestPath { guest: guest.to_owned() };
    let names: Vec<_> = guest.strip_prefix('/').ok_or_else(bad)?.split('/').filter(|name| !name.is_empty()).collect();
    if names.iter().any(|name| matches!(*name, "." | "..")) || guest.contains('\0') {
        return Err(bad());
    }
    Ok(names)
}

/// Why a source cannot have its place.
pub enum PlaceError {
    /// This path is there, and is no directory.
    NotDirectory(String),
    /// A name cannot be one.
    Tree(vfs_image::TreeError),
}

/// Creates the directory that receives a source, and its parents, where they are not there yet. New directories go to
/// `leading`, for they have the attributes of no source.
///
/// # Errors
/// [`PlaceError`]: something on the way is no directory, or cannot be a name.
pub fn make_place(
    tree: &mut SourceTree,
    guest: &str,
    attributes: Attributes,
    leading: &mut HashSet<NodeIndex>,
) -> Result<NodeIndex, PlaceError> {
    let mut at = tree.root();
    for name in names(guest).unwrap_or_default() {
        at = match tree.child(at, name.as_bytes()) {
            Some(next) => next,
            None => {
                let plain = Attributes { mode: PLAIN_DIRECTORY, modified: attributes.modified };
                if tree.entries(at).is_none() {
                    return Err(PlaceError::NotDirectory(tree.path(at)));
                }
                let new = tree.add_directory(at, name.as_bytes(), plain).map_err(PlaceError::Tree)?;
                leading.insert(new);
                new
            }
        };
    }
    if tree.entries(at).is_none() { Err(PlaceError::NotDirectory(tree.path(at))) } else { Ok(at) }
}

/// Returns the node at a path, without following symbolic links, or `None` if nothing is there.
///
/// # Errors
/// [`TreeError::GuestPath`]: the path is not absolute, or contains `.` or `..`.
pub fn find(tree: &SourceTree, guest: &str) -> Result<Option<NodeIndex>, TreeError> {
    let mut at = tree.root();
    for name in names(guest)? {
        let Some(next) = tree.child(at, name.as_bytes()) else { return Ok(None) };
        at = next;
    }
    Ok(Some(at))
}

/// Returns the kind of node at a path, without following symbolic links, or `None` if nothing is there.
pub fn kind(tree: &SourceTree, guest: &str) -> Result<Option<FileKind>, TreeError> {
    Ok(find(tree, guest)?.map(|node| tree.node(node).kind()))
}

/// Returns the newest modification time in a tree.
pub fn newest(tree: &SourceTree) -> Timestamp {
    let mut newest = tree.node(tree.root()).attributes().modified;
    let mut todo = vec![tree.root()];
    while let Some(directory) = todo.pop() {
        for index in tree.entries(directory).into_iter().flat_map(Names::nodes) {
            newest = newest.max(tree.node(index).attributes().modified);
            if tree.entries(index).is_some() {
                todo.push(index);
            }
        }
    }
    newest
}

/// Returns the regular files of a tree, each once whatever names it has, with their sizes.
pub fn files(tree: &SourceTree) -> Vec<(NodeIndex, u64)> {
    let mut files = Vec::new();
    let mut seen = HashSet::new();
    let mut todo = vec![tree.root()];
    while let Some(node) = todo.pop() {
        if let Content::RegularFile { size, .. } = tree.node(node).content() {
            files.extend(seen.insert(node).then_some((node, *size)));
        }
        todo.extend(tree.entries(node).into_iter().flat_map(Names::nodes));
    }
    files
}

/// Sets the time of a node, and of all below it.
pub fn set_times(tree: &mut SourceTree, from: NodeIndex, time: impl Fn(Timestamp) -> Timestamp) {
    let mut todo = vec![from];
    while let Some(node) = todo.pop() {
        let Attributes { mode, modified } = tree.node(node).attributes();
        tree.set_attributes(node, Attributes { mode, modified: time(modified) });
        todo.extend(tree.entries(node).into_iter().flat_map(Names::nodes));
    }
}

/// Converts an error of the image writer's tree, naming the file on this machine.
pub fn refused(path: &Path) -> impl Fn(vfs_image::TreeError) -> TreeError + '_ {
    move |source| TreeError::Entry { path: path.to_owned(), source: source.into() }
}
