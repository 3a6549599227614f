//! Reads an image back into a tree, so that several images can become one.

use std::collections::HashMap;
use std::string::String;
use std::vec;
use std::vec::Vec;

use crate::damage::{Damage, printable};
use crate::tree::{Attributes, NodeIndex, Tree, TreeError};
use crate::walk::Walk;
use crate::{FileKind, Image, Inode};

/// The reason why an image cannot be added to a tree.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The image is damaged.
    #[error(transparent)]
    Damage(#[from] Damage),
    /// The image's root, or something in it, cannot be at its place in the tree.
    #[error(transparent)]
    Tree(#[from] TreeError),
}

/// A node of an image that a tree cannot contain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Its path in the image.
    pub path: String,
    /// Its kind: a device, a pipe or a socket.
    pub kind: FileKind,
}

impl<S> Tree<S> {
    /// Adds everything in an image's root to the directory `at`, which takes the root's mode and time. `source` returns
    /// the source of a file's contents; it is called once for each file, even if that has several names. Owners and
    /// extended attributes are not kept. Devices, pipes and sockets are left out and returned.
    ///
    /// # Errors
    /// - [`ImportError::Damage`]: the image is damaged; `at` then has everything that was read before.
    /// - [`ImportError::Tree`]: `at` is not a directory or already has one of the names, or a link's target is not
    ///   valid.
    pub fn import(
        &mut self,
        at: NodeIndex,
        image: &Image<'_>,
        mut source: impl FnMut(&Inode) -> S,
    ) -> Result<Vec<Skipped>, ImportError> {
        let mut skipped = Vec::new();
        let mut with_names = HashMap::new();
        // The directories on the path of the current entry.
        let mut directories = vec![at];
        for entry in Walk::new(image, image.root()) {
            let entry = entry?;
            let inode = entry.inode;
            let attributes = Attributes { mode: inode.mode, modified: inode.modified };
            if entry.depth == 0 {
                if inode.kind != FileKind::Directory || self.node(at).kind() != FileKind::Directory {
                    return Err(TreeError::NotADirectory { path: self.path(at) }.into());
                }
                self.set_attributes(at, attributes);
                continue;
            }
            directories.truncate(entry.depth);
            let parent = directories[entry.depth - 1];
            let name = entry.name();
            if let Some(node) = with_names.get(&inode.nid) {
                self.link(parent, name, *node)?;
                continue;
            }
            let node = match inode.kind {
                FileKind::Directory => {
                    let directory = self.add_directory(parent, name, attributes)?;
                    directories.push(directory);
                    continue;
                }
                FileKind::RegularFile => self.add_file(parent, name, attributes, inode.size, source(&inode))?,
                FileKind::SymbolicLink => {
                    let target = image.link_target(&inode).map_err(|error| Damage::new(&entry.path, error))?;
                    self.add_symlink(parent, name, attributes, target)?
                }
                kind => {
                    skipped.push(Skipped { path: printable(&entry.path).into_owned(), kind });
                    continue;
                }
            };
            with_names.insert(inode.nid, node);
        }
        Ok(skipped)
    }
}
