//! What is to be written: a tree of nodes with names, held without its contents.

use alloc::boxed::Box;
use alloc::collections::TryReserveError;
use alloc::string::String;
use alloc::vec::Vec;

use crate::dirent::{MAX_NAME, is_dot, is_name};
use crate::memory::{boxed, push, push_lossy, push_str};
use crate::names::Names;
use crate::{FileKind, Timestamp};

/// Longest target of a symbolic link, in bytes.
pub const MAX_LINK_TARGET: usize = 4095;

/// A node's place in its [`Tree`]. Meaningless in another one. The default is the root's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct NodeIndex(u32);

impl NodeIndex {
    pub(crate) fn position(self) -> usize {
        self.0 as usize
    }
}

/// What a node has besides its contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attributes {
    /// Permission bits; only `0o7777` is kept.
    pub mode: u16,
    /// Time of the last change. Nanoseconds that are not below a second count as the last one.
    pub modified: Timestamp,
}

/// What a node is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content<S> {
    /// Its names.
    Directory(Names),
    /// A regular file.
    RegularFile {
        /// Its length in bytes.
        size: u64,
        /// Where its contents come from; whoever writes the image knows what that means.
        source: S,
    },
    /// A symbolic link's target.
    SymbolicLink(Box<[u8]>),
}

/// A directory, file or symbolic link. Not a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node<S> {
    attributes: Attributes,
    content: Content<S>,
    /// The directory it got its first name in; the root's is itself.
    pub(crate) parent: NodeIndex,
}

impl<S> Node<S> {
    /// Its mode and time.
    pub fn attributes(&self) -> Attributes {
        self.attributes
    }

    /// What it is made of.
    pub fn content(&self) -> &Content<S> {
        &self.content
    }

    /// What it is.
    pub fn kind(&self) -> FileKind {
        match self.content {
            Content::Directory(_) => FileKind::Directory,
            Content::RegularFile { .. } => FileKind::RegularFile,
            Content::SymbolicLink(_) => FileKind::SymbolicLink,
        }
    }
}

/// Why a node cannot be added to a tree. A path for which there is no memory is empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TreeError {
    /// A name is empty, `.`, `..`, longer than 255 bytes, or has `/` or NUL in it.
    #[error("`{name}` in `{directory}` is not a name that a file can have")]
    Name {
        /// The path of the directory.
        directory: String,
        /// The name.
        name: String,
    },
    /// The name is taken.
    #[error("`{path}` is there already")]
    Exists {
        /// The path.
        path: String,
    },
    /// A name was to be put into something that is not a directory.
    #[error("`{path}` is not a directory")]
    NotADirectory {
        /// The path.
        path: String,
    },
    /// A directory was to get a second name.
    #[error("`{path}` is a directory and cannot have a second name")]
    LinkToDirectory {
        /// The path it has.
        path: String,
    },
    /// A symbolic link's target is empty, longer than 4095 bytes, or has NUL in it.
    #[error(
        "the target of the symbolic link `{path}` is empty, longer than {MAX_LINK_TARGET} bytes, or has a NUL in it"
    )]
    LinkTarget {
        /// The path of the link.
        path: String,
    },
    /// There are 2^32 nodes.
    #[error("`{path}` is one node too many: a tree has at most 4294967295")]
    TooManyNodes {
        /// The path of the node that has no room.
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

/// A tree of directories, files and symbolic links with one root directory. It is well-formed at any time: names are
/// valid and taken once, a directory has one name.
///
/// `S` says where a file's contents come from. The same tree gives the same image in whatever order it was filled.
#[derive(Debug, Clone)]
pub struct Tree<S> {
    root: Node<S>,
    /// All others.
    nodes: Vec<Node<S>>,
}

impl<S> Tree<S> {
    /// A tree of an empty root directory. Takes no memory until something is added.
    pub fn new(root: Attributes) -> Self {
        let content = Content::Directory(Names::new());
        Tree { root: Node { attributes: root, content, parent: NodeIndex(0) }, nodes: Vec::new() }
    }

    /// The root directory.
    pub fn root(&self) -> NodeIndex {
        NodeIndex(0)
    }

    /// Number of nodes, the root included.
    #[allow(clippy::len_without_is_empty, reason = "a tree has a root")]
    pub fn len(&self) -> usize {
        1 + self.nodes.len()
    }

    /// A node.
    ///
    /// # Panics
    /// `index` is of another, larger tree. So for every method here that takes one.
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

    /// Gives a node another mode and time.
    pub fn set_attributes(&mut self, index: NodeIndex, attributes: Attributes) {
        self.node_mut(index).attributes = attributes;
    }

    /// The node that a name in a directory names.
    pub fn child(&self, directory: NodeIndex, name: &[u8]) -> Option<NodeIndex> {
        self.entries(directory)?.get(name)
    }

    /// The names in a directory; `None` where it is none.
    pub fn entries(&self, directory: NodeIndex) -> Option<&Names> {
        match &self.node(directory).content {
            Content::Directory(entries) => Some(entries),
            _ => None,
        }
    }

    /// Adds an empty directory.
    ///
    /// # Errors
    /// - [`TreeError::NotADirectory`]: `parent` is no directory.
    /// - [`TreeError::Name`]: `name` is not one.
    /// - [`TreeError::Exists`]: the name is taken.
    /// - [`TreeError::TooManyNodes`]: there are 2^32 nodes.
    /// - [`TreeError::OutOfMemory`]: there is no memory for it.
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
    /// - [`TreeError::LinkTarget`]: `target` is empty, longer than 4095 bytes, or has NUL in it.
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

    /// Gives a file or symbolic link one more name (a hard link).
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

    /// A path of a node, from `/`, for people to read: bytes that are not UTF-8 are replaced. Of several names it is one
    /// in the directory where the node got its first. Empty where there is no memory for it.
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

    /// Appends a node's path, and nothing for the root.
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
            // What was written until there is no memory will do.
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
