//! The input of the writer: a tree of nodes with names, without contents.

use alloc::boxed::Box;
use alloc::collections::TryReserveError;
use alloc::string::String;
use alloc::vec::Vec;

use crate::dirent::{MAX_NAME, is_dot, is_name};
use crate::memory::{boxed, push, push_lossy, push_str};
use crate::names::Names;
use crate::{FileKind, Timestamp};

/// Maximum length of a symbolic link's target in bytes.
pub const MAX_LINK_TARGET: usize = 4095;

/// The index of a node in its [`Tree`], without meaning in another one. The default is the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct NodeIndex(u32);

impl NodeIndex {
    pub(crate) fn position(self) -> usize {
        self.0 as usize
    }
}

/// Attributes of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attributes {
    /// Permission bits; only `0o7777` are kept.
    pub mode: u16,
    /// Time of the last change. Nanoseconds of a second or more count as the last one below it.
    pub modified: Timestamp,
}

/// The contents of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content<S> {
    /// A directory with its names.
    Directory(Names),
    /// A regular file.
    RegularFile {
        /// Its length in bytes.
        size: u64,
        /// Source of its contents; whoever writes the image knows its meaning.
        source: S,
    },
    /// A symbolic link with its target.
    SymbolicLink(Box<[u8]>),
}

/// A directory, file or symbolic link, without its names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node<S> {
    attributes: Attributes,
    content: Content<S>,
    /// The directory of its first name; the root's is itself.
    pub(crate) parent: NodeIndex,
}

impl<S> Node<S> {
    /// Returns its mode and time.
    pub fn attributes(&self) -> Attributes {
        self.attributes
    }

    /// Returns its contents.
    pub fn content(&self) -> &Content<S> {
        &self.content
    }

    /// Returns its kind.
    pub fn kind(&self) -> FileKind {
        match self.content {
            Content::Directory(_) => FileKind::Directory,
            Content::RegularFile { .. } => FileKind::RegularFile,
            Content::SymbolicLink(_) => FileKind::SymbolicLink,
        }
    }
}

/// The reason why a node cannot be added to a tree. Paths are empty if there is no memory for them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TreeError {
    /// A name is empty, `.`, `..`, longer than 255 bytes, or contains `/` or NUL.
    #[error("`{name}` in `{directory}` is not a name that a file can have")]
    Name {
        /// The path of the directory.
        directory: String,
        /// The name.
        name: String,
    },
    /// The name exists already.
    #[error("`{path}` is there already")]
    Exists {
        /// The path.
        path: String,
    },
    /// The parent of a new name is not a directory.
    #[error("`{path}` is not a directory")]
    NotADirectory {
        /// The path.
        path: String,
    },
    /// A directory cannot get a second name.
    #[error("`{path}` is a directory and cannot have a second name")]
    LinkToDirectory {
        /// The path of the directory.
        path: String,
    },
    /// The target of a symbolic link is empty, longer than 4095 bytes, or contains NUL.
    #[error(
        "the target of the symbolic link `{path}` is empty, longer than {MAX_LINK_TARGET} bytes, or has a NUL in it"
    )]
    LinkTarget {
        /// The path of the link.
        path: String,
    },
    /// The tree has 2^32 nodes.
    #[error("`{path}` is one node too many: a tree has at most 4294967295")]
    TooManyNodes {
        /// The path of the node that does not fit.
        path: String,
    },
    /// There is no memory for the node or its name.
    #[error("there is no memory for one more node or name")]
    OutOfMemory,
}

impl From<TryReserveError> for TreeError {
    fn from(_: TryReserveError) -> Self {
        Self::OutOfMemory
    }
}

/// A tree of directories, files and symbolic links below a root directory. It is always well-formed: names are valid,
/// no name is used twice, and a directory has one name.
///
/// `S` tells where a file's contents come from. Trees that are equal give the same image, in whatever order they were
/// filled.
#[derive(Debug, Clone)]
pub struct Tree<S> {
    root: Node<S>,
    /// All nodes except the root.
    nodes: Vec<Node<S>>,
}

impl<S> Tree<S> {
    /// Makes a tree with an empty root directory. Uses no memory until something is added.
    pub fn new(root: Attributes) -> Self {
        let content = Content::Directory(Names::new());
        Tree { root: Node { attributes: root, content, parent: NodeIndex(0) }, nodes: Vec::new() }
    }

    /// Returns the root directory.
    pub fn root(&self) -> NodeIndex {
        NodeIndex(0)
    }

    /// Returns the number of nodes, including the root.
    #[allow(clippy::len_without_is_empty, reason = "a tree has a root")]
    pub fn len(&self) -> usize {
        1 + self.nodes.len()
    }

    /// Returns a node.
    ///
    /// # Panics
    /// If `index` is of another, larger tree. The same holds for every method here that takes an index.
    pub fn node(&self, index: NodeIndex) -> &Node<S> {
        match index.position() {
            0 => &self.root,
            position => &self.nodes[position - 1],
        }
    }

    fn node_mut(&mut self, index: NodeIndex) -> &mut Node<S> {
        match index.position() {
            0 => &mut self.root,
            position => &mut self.nodes[position - 1],
        }
    }

    /// Sets the mode and time of a node.
    pub fn set_attributes(&mut self, index: NodeIndex, attributes: Attributes) {
        self.node_mut(index).attributes = attributes;
    }

    /// Returns the node of a name in a directory.
    pub fn child(&self, directory: NodeIndex, name: &[u8]) -> Option<NodeIndex> {
        self.entries(directory)?.get(name)
    }

    /// Returns the names in a directory; `None` if it is not a directory.
    pub fn entries(&self, directory: NodeIndex) -> Option<&Names> {
        match &self.node(directory).content {
            Content::Directory(entries) => Some(entries),
            _ => None,
        }
    }

    /// Adds an empty directory.
    ///
    /// # Errors
    /// - [`TreeError::NotADirectory`]: `parent` is not a directory.
    /// - [`TreeError::Name`]: `name` is not a valid name.
    /// - [`TreeError::Exists`]: the name exists already.
    /// - [`TreeError::TooManyNodes`]: the tree has 2^32 nodes.
    /// - [`TreeError::OutOfMemory`]: there is no memory for the node or its name.
    pub fn add_directory(
        &mut self,
        parent: NodeIndex,
        name: &[u8],
        attributes: Attributes,
    ) -> Result<NodeIndex, TreeError> {
        self.add(parent, name, attributes, Content::Directory(Names::new()))
    }

    /// Adds a regular file of `size` bytes.
    ///
    /// # Errors
    /// As [`Tree::add_directory`].
    pub fn add_file(
        &mut self,
        parent: NodeIndex,
        name: &[u8],
        attributes: Attributes,
        size: u64,
        source: S,
    ) -> Result<NodeIndex, TreeError> {
        self.add(parent, name, attributes, Content::RegularFile { size, source })
    }

    /// Adds a symbolic link.
    ///
    /// # Errors
    /// - [`TreeError::LinkTarget`]: `target` is empty, longer than 4095 bytes, or contains NUL.
    /// - As [`Tree::add_directory`].
    pub fn add_symlink(
        &mut self,
        parent: NodeIndex,
        name: &[u8],
        attributes: Attributes,
        target: &[u8],
    ) -> Result<NodeIndex, TreeError> {
        if target.is_empty() || target.len() > MAX_LINK_TARGET || target.contains(&0) {
            return Err(TreeError::LinkTarget { path: self.path_of_child(parent, name) });
        }
        self.add(parent, name, attributes, Content::SymbolicLink(boxed(target)?))
    }

    /// Gives a file or symbolic link an additional name (a hard link).
    ///
    /// # Errors
    /// - [`TreeError::LinkToDirectory`]: `node` is a directory.
    /// - As [`Tree::add_directory`].
    pub fn link(&mut self, parent: NodeIndex, name: &[u8], node: NodeIndex) -> Result<(), TreeError> {
        if self.node(node).kind() == FileKind::Directory {
            return Err(TreeError::LinkToDirectory { path: self.path(node) });
        }
        self.insert(parent, name, node)
    }

    /// Returns a path of a node, from `/`, for people to read: what is not UTF-8 is replaced. If the node has several
    /// names, it is one in the directory of the first. Empty if there is no memory for it.
    pub fn path(&self, index: NodeIndex) -> String {
        let mut path = String::new();
        if index == self.root() {
            return push_str(&mut path, "/").map_or_else(|_| String::new(), |()| path);
        }
        self.push_path(&mut path, index).map_or_else(|_| String::new(), |()| path)
    }

    pub(crate) fn path_of_child(&self, parent: NodeIndex, name: &[u8]) -> String {
        let mut path = String::new();
        let pushed = self.push_path(&mut path, parent).and_then(|()| push_name(&mut path, name));
        pushed.map_or_else(|_| String::new(), |()| path)
    }

    /// Appends a node's path; for the root, appends nothing.
    fn push_path(&self, path: &mut String, index: NodeIndex) -> Result<(), TryReserveError> {
        let mut names = Vec::new();
        let mut at = index;
        while at != self.root() {
            let parent = self.node(at).parent;
            let mut siblings = self.entries(parent).into_iter().flat_map(Names::iter);
            push(&mut names, siblings.find(|(_, node)| *node == at).map_or(&b""[..], |(name, _)| name))?;
            at = parent;
        }
        names.iter().rev().try_for_each(|name| push_name(path, name))
    }

    fn add(
        &mut self,
        parent: NodeIndex,
        name: &[u8],
        attributes: Attributes,
        content: Content<S>,
    ) -> Result<NodeIndex, TreeError> {
        let Ok(index) = u32::try_from(self.len()).map(NodeIndex) else {
            return Err(TreeError::TooManyNodes { path: self.path_of_child(parent, name) });
        };
        self.nodes.try_reserve(1)?;
        self.insert(parent, name, index)?;
        self.nodes.push(Node { attributes, content, parent });
        Ok(index)
    }

    fn insert(&mut self, parent: NodeIndex, name: &[u8], node: NodeIndex) -> Result<(), TreeError> {
        if is_dot(name) || !is_name(name) {
            let mut shown = String::new();
            // Without memory for more, the part that is written is good enough.
            let _ = push_lossy(&mut shown, &name[..name.len().min(MAX_NAME + 1)]);
            return Err(TreeError::Name { directory: self.path(parent), name: shown });
        }
        let Content::Directory(names) = &mut self.node_mut(parent).content else {
            return Err(TreeError::NotADirectory { path: self.path(parent) });
        };
        if !names.insert(name, node)? {
            return Err(TreeError::Exists { path: self.path_of_child(parent, name) });
        }
        Ok(())
    }
}

fn push_name(path: &mut String, name: &[u8]) -> Result<(), TryReserveError> {
    push_str(path, "/")?;
    push_lossy(path, name)
}
