//! Merges one tree into another, as copying one directory over another would.

use std::collections::{HashMap, HashSet};
use std::io::{self, Read};

use serde::{Deserialize, Serialize};
use vfs_image::{Attributes, Content, Names, NodeIndex};

use crate::error::TreeError;
use crate::source::Contents;
use crate::tree::SourceTree;

/// What happens to a file that an earlier and a later source both have, with different contents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnCollision {
    /// It is an error.
    #[default]
    Error,
    /// The earlier one stays.
    First,
    /// The later one replaces it.
    Last,
}

/// Two nodes at one path that cannot be one.
#[derive(Debug)]
pub struct Collision {
    /// The path below the place of the merge, with a leading slash.
    pub path: String,
    /// What is there already, in words.
    pub kind: &'static str,
    /// What was to be put there, in words.
    pub other: &'static str,
}

/// Why two trees cannot be merged.
#[derive(Debug)]
pub enum MergeError {
    /// Two nodes at one path cannot be one.
    Collision(Collision),
    /// A file of which both have one cannot be read to compare it.
    Read(io::Error),
    /// A node does not fit into the tree.
    Tree(vfs_image::TreeError),
    /// Whoever counts wants no more.
    Stopped(TreeError),
}

impl From<vfs_image::TreeError> for MergeError {
    fn from(error: vfs_image::TreeError) -> Self {
        Self::Tree(error)
    }
}

/// A merge into a tree. Nodes that are there stay, so a source that shall replace others is merged before them.
pub struct Merge<'t> {
    /// The tree that grows.
    pub tree: &'t mut SourceTree,
    /// Directories that only lead to the place of a source, so they have the attributes of no source yet.
    pub leading: &'t mut HashSet<NodeIndex>,
    /// Whether attributes of what is merged replace those of directories that are there.
    pub is_later: bool,
    /// Whether different files are an error, and of equal ones the attributes are replaced. Otherwise the file that is
    /// there stays as it is.
    pub is_strict: bool,
    /// The number of files that stayed instead of a different one.
    pub kept: usize,
}

impl Merge<'_> {
    /// Puts everything below the root of `piece` into the directory `to`. The attributes of the directories `implied`
    /// say nothing. `count` is called for each name.
    ///
    /// # Errors
    /// [`MergeError`]: a directory and a file have one path, or two different files where that is an error.
    pub fn put(
        &mut self,
        to: NodeIndex,
        piece: &SourceTree,
        implied: &HashSet<NodeIndex>,
        mut count: impl FnMut() -> Result<(), TreeError>,
    ) -> Result<(), MergeError> {
        // Names that are there come first: the other names of such a file are then added to the node that is there.
        let mut with_names = HashMap::new();
        self.compare(to, piece, &mut with_names, &mut count)?;
        let mut todo = vec![(to, piece.root())];
        while let Some((to, from)) = todo.pop() {
            for (name, node) in piece.entries(from).into_iter().flat_map(Names::iter) {
                count().map_err(MergeError::Stopped)?;
                let new = piece.node(node);
                let attributes = new.attributes();
                let placed = match (self.tree.child(to, name), new.content()) {
                    (None, Content::Directory(_)) => {
                        let placed = self.tree.add_directory(to, name, attributes)?;
                        if implied.contains(&node) {
                            self.leading.insert(placed);
                        }
                        placed
                    }
                    (Some(there), Content::Directory(_)) => {
                        if !implied.contains(&node) {
                            self.set_attributes(there, attributes);
                        }
                        there
                    }
                    (Some(_), _) => continue,
                    (None, _) if with_names.contains_key(&node) => {
                        self.tree.link(to, name, with_names[&node])?;
                        continue;
                    }
                    (None, Content::RegularFile { size, source }) => {
                        self.tree.add_file(to, name, attributes, *size, source.clone())?
                    }
                    (None, Content::SymbolicLink(target)) => self.tree.add_symlink(to, name, attributes, target)?,
                };
                if piece.entries(node).is_some() {
                    todo.push((placed, node));
                } else {
                    with_names.insert(node, placed);
                }
            }
        }
        Ok(())
    }

    /// Compares the files of `piece` with those of the same paths that are there. Equal ones go to `with_names`.
    fn compare(
        &mut self,
        to: NodeIndex,
        piece: &SourceTree,
        with_names: &mut HashMap<NodeIndex, NodeIndex>,
        count: &mut impl FnMut() -> Result<(), TreeError>,
    ) -> Result<(), MergeError> {
        let mut todo = vec![(to, piece.root())];
        while let Some((to, from)) = todo.pop() {
            for (name, node) in piece.entries(from).into_iter().flat_map(Names::iter) {
                let Some(there) = self.tree.child(to, name) else { continue };
                count().map_err(MergeError::Stopped)?;
                let (old, new) = (self.tree.node(there).content(), piece.node(node).content());
                match (kind(old) == DIRECTORY, kind(new) == DIRECTORY) {
                    (true, true) => todo.push((there, node)),
                    (false, false) if are_equal(old, new).map_err(MergeError::Read)? => {
                        if self.is_strict {
                            self.tree.set_attributes(there, piece.node(node).attributes());
                        }
                        with_names.insert(node, there);
                    }
                    (false, false) if !self.is_strict => self.kept += 1,
                    _ => {
                        let path = format!("{}/{}", path_in(piece, from), String::from_utf8_lossy(name));
                        let (kind, other) = (kind(old), kind(new));
                        return Err(MergeError::Collision(Collision { path, kind, other }));
                    }
                }
            }
        }
        Ok(())
    }

    /// Gives a directory that is there the attributes of one that is merged, if they count.
    pub fn set_attributes(&mut self, node: NodeIndex, attributes: Attributes) {
        if self.leading.remove(&node) || self.is_later {
            self.tree.set_attributes(node, attributes);
        }
    }
}

/// Returns the path of a directory, without a slash at its end.
fn path_in(tree: &SourceTree, directory: NodeIndex) -> String {
    if directory == tree.root() { String::new() } else { tree.path(directory) }
}

/// What a directory is in words.
pub const DIRECTORY: &str = "a directory";

fn kind<S>(content: &Content<S>) -> &'static str {
    match content {
        Content::Directory(_) => DIRECTORY,
        Content::RegularFile { .. } => "a file",
        Content::SymbolicLink(_) => "a symbolic link",
    }
}

/// Returns whether two files have the same bytes, or two symbolic links the same target.
fn are_equal(one: &Content<Contents>, other: &Content<Contents>) -> io::Result<bool> {
    match (one, other) {
        (Content::SymbolicLink(one), Content::SymbolicLink(other)) => Ok(one == other),
        (Content::RegularFile { size, source }, Content::RegularFile { size: other_size, source: other_source })
            if size == other_size =>
        {
            have_equal_bytes(source.open()?, other_source.open()?)
        }
        _ => Ok(false),
    }
}

fn have_equal_bytes(one: impl Read, other: impl Read) -> io::Result<bool> {
    const PIECE: u64 = 64 * 1024;
    let (mut one, mut other) = (one, other);
    let (mut left, mut right) = (Vec::new(), Vec::new());
    loop {
        left.clear();
        right.clear();
        (&mut one).take(PIECE).read_to_end(&mut left)?;
        (&mut other).take(PIECE).read_to_end(&mut right)?;
        if left != right || left.is_empty() {
            return Ok(left == right);
        }
    }
}
