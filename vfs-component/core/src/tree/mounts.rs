//! Directories that stand in the place of others.

use super::Tree;
use crate::Error;
use crate::journal::Journal;
use crate::layer::Layer;
use crate::node::directory::Found;
use crate::node::{NodeId, Origin};

impl<L: Layer, J: Journal> Tree<L, J> {
    /// Returns what stands in the place of a node: the root of what is mounted on it, else the node itself.
    #[inline]
    pub fn cross(&self, found: Found) -> Found {
        match found.node.origin() {
            Origin::Layer(number) if L::HAS_MOUNTS => {
                self.layer.mounted(number).map_or(found, |root| Found { node: NodeId::layer(root), ..found })
            }
            Origin::Layer(_) | Origin::Upper(_) => found,
        }
    }

    /// Returns the directory in whose place a node stands, if it is the root of a mount.
    #[inline]
    pub(super) fn covered(&self, id: NodeId) -> Option<NodeId> {
        match id.origin() {
            Origin::Layer(number) if L::HAS_MOUNTS => self.layer.covered(number).map(NodeId::layer),
            Origin::Layer(_) | Origin::Upper(_) => None,
        }
    }

    /// Checks that a name can be removed or given to another node: not if something is mounted on its node.
    ///
    /// # Errors
    /// - [`Error::Busy`]: something is.
    #[inline]
    pub fn check_not_mounted(&self, id: NodeId) -> Result<(), Error> {
        if self.covered(id).is_some() { Err(Error::Busy) } else { Ok(()) }
    }

    /// Checks that a name in a directory, whose changes the layer makes, can be removed or given to another node: not if
    /// the layer has placed it itself, as it leads to a mount. `error` says why.
    ///
    /// # Errors
    /// - `error`.
    #[inline]
    pub fn check_not_placed(&self, directory: NodeId, node: NodeId, error: Error) -> Result<(), Error> {
        match (directory.origin(), node.origin()) {
            // What refuses all changes has a better error.
            (Origin::Layer(directory), Origin::Layer(node))
                if L::HAS_MOUNTS && self.layer.is_placed(node) && !self.layer.is_read_only(directory) =>
            {
                Err(error)
            }
            _ => Ok(()),
        }
    }

    /// Checks that names can be moved from one directory to another.
    ///
    /// # Errors
    /// - [`Error::CrossDevice`]: they are on two filesystems.
    /// - Those of [`Tree::parent`].
    #[inline]
    pub fn check_one_filesystem(&self, one: NodeId, other: NodeId) -> Result<(), L::Stop> {
        if !L::HAS_MOUNTS || self.filesystem(one)? == self.filesystem(other)? {
            return Ok(());
        }
        Err(Error::CrossDevice.into())
    }

    /// Returns the filesystem of a directory: of one that the app made, that of the directory it is in.
    pub(super) fn filesystem(&self, directory: NodeId) -> Result<u32, L::Stop> {
        let mut at = directory;
        loop {
            match at.origin() {
                Origin::Layer(number) => return Ok(self.layer.filesystem(number)),
                Origin::Upper(_) if at == self.root => return Ok(0),
                Origin::Upper(_) => at = self.parent(at)?,
            }
        }
    }
}
