//! Files that a program puts together in memory.

use std::collections::HashSet;
use std::io::{self, Read};

use vfs_image::{Attributes, NodeIndex, Timestamp, Tree};

use super::contents::Contents;
use crate::error::TreeError;
use crate::tree::{self, SourceTree};

/// Mode of files for which no other is set.
const PLAIN_FILE: u16 = 0o644;

/// A file, directory or link that goes into [`Files`].
///
/// Without [`Entry::mode`], files have 644, directories 755 and symbolic links 777; without [`Entry::modified`], the
/// time is the start of 1970, so that the same entries give the same bytes.
#[derive(Clone, Debug)]
pub struct Entry {
    content: Content,
    attributes: Attributes,
}

#[derive(Clone, Debug)]
enum Content {
    File(Contents),
    Directory,
    SymbolicLink(String),
    HardLink(String),
}

impl Entry {
    /// Makes a regular file of bytes.
    pub fn file(bytes: impl Into<Vec<u8>>) -> Self {
        Self::new(Content::File(Contents::of_bytes(bytes.into())), PLAIN_FILE)
    }

    /// Makes a regular file of all that a reader has, which is read at once.
    ///
    /// # Errors
    /// The reader's.
    pub fn read(mut reader: impl Read) -> io::Result<Self> {
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes)?;
        Ok(Self::file(bytes))
    }

    /// Makes a regular file of `size` bytes that are read only while the result is written. `open` is called each time
    /// that the contents are needed, and always has to give the same bytes.
    pub fn open_later<R: Read + 'static>(size: u64, open: impl Fn() -> io::Result<R> + Send + Sync + 'static) -> Self {
        Self::new(Content::File(Contents::open_later(size, open)), PLAIN_FILE)
    }

    /// Makes a directory.
    #[must_use]
    pub fn directory() -> Self {
        Self::new(Content::Directory, tree::PLAIN_DIRECTORY)
    }

    /// Makes a symbolic link.
    pub fn symlink(target: impl Into<String>) -> Self {
        Self::new(Content::SymbolicLink(target.into()), 0o777)
    }

    /// Makes another name for a file or symbolic link that was added before, under this path. Mode and time are those
    /// of the file.
    pub fn hard_link(path: impl Into<String>) -> Self {
        Self::new(Content::HardLink(path.into()), 0)
    }

    fn new(content: Content, mode: u16) -> Self {
        Self { content, attributes: Attributes { mode, modified: Timestamp::default() } }
    }

    /// Sets the mode: the twelve bits of permissions. Others, such as those of the kind of file, do not count.
    #[must_use]
    pub fn mode(mut self, mode: u32) -> Self {
        self.attributes.mode = (mode & 0o7777) as u16;
        self
    }

    /// Sets the time of the last modification.
    #[must_use]
    pub fn modified(mut self, time: Timestamp) -> Self {
        self.attributes.modified = time;
        self
    }
}

/// A tree of files in memory, one of the sources of a composition.
///
/// Paths are relative to the directory that receives the tree; a leading slash does not change what they mean.
/// Directories on the way to a path are there without being added. What archives and databases list can be added as it
/// comes, as long as a hard link comes after its file.
///
/// ```
/// # use vfs_compose_pack::source::files::{Entry, Files};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut files = Files::new();
/// files.add_file("etc/motd", "hello\n")?;
/// files.add("bin/tool", Entry::file([0x23, 0x21]).mode(0o755))?;
/// files.add("bin/sh", Entry::symlink("tool"))?;
/// assert!(files.add_file("../outside", "").is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Files {
    tree: SourceTree,
    /// Directories that were not added themselves, so that their attributes say nothing.
    implied: HashSet<NodeIndex>,
}

impl Default for Files {
    fn default() -> Self {
        Self::new()
    }
}

impl Files {
    /// Makes an empty tree.
    #[must_use]
    pub fn new() -> Self {
        let tree = Tree::new(Entry::directory().attributes);
        Self { implied: HashSet::from([tree.root()]), tree }
    }

    /// Makes a tree of entries, each with its path.
    ///
    /// # Errors
    /// As [`Files::add`].
    pub fn from_entries<P: AsRef<str>>(entries: impl IntoIterator<Item = (P, Entry)>) -> Result<Self, TreeError> {
        let mut files = Self::new();
        entries.into_iter().try_for_each(|(path, entry)| files.add(path, entry))?;
        Ok(files)
    }

    /// Adds a file: short for [`Files::add`] with [`Entry::file`].
    ///
    /// # Errors
    /// As [`Files::add`].
    pub fn add_file(&mut self, path: impl AsRef<str>, bytes: impl Into<Vec<u8>>) -> Result<(), TreeError> {
        self.add(path, Entry::file(bytes))
    }

    /// Adds an entry. A directory that is there already gets the mode and time of the new one.
    ///
    /// # Errors
    /// - [`TreeError::EntryPath`]: the path leads out of the tree, or is the root and the entry no directory.
    /// - [`TreeError::HardLink`]: what a hard link names is not there.
    /// - [`TreeError::Entry`]: the path is there already, something on its way is no directory, or a name or link
    ///   target is longer than an image can hold.
    pub fn add(&mut self, path: impl AsRef<str>, entry: Entry) -> Result<(), TreeError> {
        let path = path.as_ref();
        let names = names(path)?;
        let Entry { content, attributes } = entry;
        let refused = |source: vfs_image::TreeError| TreeError::Entry { path: path.into(), source: source.into() };
        let Some((name, parents)) = names.split_last() else {
            if !matches!(content, Content::Directory) {
                return Err(TreeError::EntryPath { path: path.into(), detail: "is the root, which is a directory" });
            }
            self.set_directory(self.tree.root(), attributes);
            return Ok(());
        };
        let mut parent = self.tree.root();
        for name in parents {
            parent = match self.tree.child(parent, name.as_bytes()) {
                Some(next) => next,
                None => {
                    let plain = Entry::directory().attributes;
                    let next = self.tree.add_directory(parent, name.as_bytes(), plain).map_err(refused)?;
                    self.implied.insert(next);
                    next
                }
            };
        }
        let name = name.as_bytes();
        match content {
            Content::Directory => match self.tree.child(parent, name) {
                Some(there) if self.tree.entries(there).is_some() => self.set_directory(there, attributes),
                _ => drop(self.tree.add_directory(parent, name, attributes).map_err(refused)?),
            },
            Content::File(contents) => {
                self.tree.add_file(parent, name, attributes, contents.size(), contents).map_err(refused)?;
            }
            Content::SymbolicLink(target) => {
                self.tree.add_symlink(parent, name, attributes, target.as_bytes()).map_err(refused)?;
            }
            Content::HardLink(target) => {
                let names = self::names(&target)?;
                let found = names.iter().try_fold(self.tree.root(), |at, name| self.tree.child(at, name.as_bytes()));
                let node = found.ok_or_else(|| TreeError::HardLink { path: path.into(), target })?;
                self.tree.link(parent, name, node).map_err(refused)?;
            }
        }
        Ok(())
    }

    fn set_directory(&mut self, directory: NodeIndex, attributes: Attributes) {
        self.implied.remove(&directory);
        self.tree.set_attributes(directory, attributes);
    }

    pub(crate) fn tree(&self) -> &SourceTree {
        &self.tree
    }

    /// Returns the directories that were not added themselves.
    pub(crate) fn implied(&self) -> &HashSet<NodeIndex> {
        &self.implied
    }
}

/// Splits a path below the tree's root into its names; empty names and `.` are dropped.
fn names(path: &str) -> Result<Vec<&str>, TreeError> {
    let names: Vec<_> = path.split('/').filter(|name| !matches!(*name, "" | ".")).collect();
    if names.contains(&"..") {
        return Err(TreeError::EntryPath { path: path.into(), detail: "has `..` in it" });
    }
    Ok(names)
}
