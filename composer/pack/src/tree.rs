//! The sources of an image, woven into one tree.

use std::path::Path;

use vfs_image::{Attributes, Content, FileKind, Names, NodeIndex, Timestamp, Tree};

use crate::error::TreeError;
use crate::source::Source;

/// A tree whose files say where their contents come from.
pub type SourceTree = Tree<Source>;

/// Mode of directories that are only there because something is inside them.
const PLAIN_DIRECTORY: u16 = 0o755;

/// The names of an absolute path, without empty ones.
///
/// # Errors
/// [`TreeError::GuestPath`]: not absolute, or `.` or `..` in it.
pub fn names(guest: &str) -> Result<Vec<&str>, TreeError> {
    let bad = || TreeError::GuestPath { guest: guest.to_owned() };
    let names: Vec<_> = guest.strip_prefix('/').ok_or_else(bad)?.split('/').filter(|name| !name.is_empty()).collect();
    if names.iter().any(|name| matches!(*name, "." | "..")) || guest.contains('\0') {
        return Err(bad());
    }
    Ok(names)
}

/// Makes the directory that a source goes into, and those above it.
///
/// # Errors
/// - [`TreeError::GuestPath`]: not a plain absolute path.
/// - [`TreeError::Collision`]: something other than an empty directory is there.
pub fn make_place(tree: &mut SourceTree, guest: &str, attributes: Attributes) -> Result<NodeIndex, TreeError> {
    let collision = || TreeError::Collision { guest: guest.to_owned() };
    let mut at = tree.root();
    for name in names(guest)? {
        at = match tree.child(at, name.as_bytes()) {
            Some(next) => next,
            None => {
                let plain = Attributes { mode: PLAIN_DIRECTORY, modified: attributes.modified };
                tree.add_directory(at, name.as_bytes(), plain).map_err(|_| collision())?
            }
        };
    }
    match tree.node(at).content() {
        Content::Directory(entries) if entries.is_empty() => {}
        _ => return Err(collision()),
    }
    tree.set_attributes(at, attributes);
    Ok(at)
}

/// What a path names, without following symbolic links. `None` for nothing.
pub fn kind(tree: &SourceTree, guest: &str) -> Result<Option<FileKind>, TreeError> {
    let mut at = tree.root();
    for name in names(guest)? {
        let Some(next) = tree.child(at, name.as_bytes()) else { return Ok(None) };
        at = next;
    }
    Ok(Some(match tree.node(at).content() {
        Content::Directory(_) => FileKind::Directory,
        Content::RegularFile { .. } => FileKind::RegularFile,
        Content::SymbolicLink(_) => FileKind::SymbolicLink,
    }))
}

/// The newest time in a tree.
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

/// An error of the tree as one of ours.
pub fn refused(path: &Path) -> impl Fn(vfs_image::TreeError) -> TreeError + '_ {
    move |source| TreeError::Entry { path: path.to_owned(), source: source.into() }
}
