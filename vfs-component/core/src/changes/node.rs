//! Reads nodes that changed.

use alloc::vec::Vec;

use crate::journal::Tracked;
use crate::layer::Layer;
use crate::limits::MAX_READ;
use crate::node::{Body, NodeId, Origin};
use crate::{Clock, Error, Stat, Volume};

/// The node of a change. Holds no reference: the node may be gone when this is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChangedNode(pub(super) NodeId);

impl<L: Layer, C: Clock> Volume<L, C, Tracked> {
    /// Returns the metadata of a node.
    ///
    /// # Errors
    /// - [`Error::NoEntry`]: the app made the node, and it is gone. Nodes of the layer are never gone: the layer's
    ///   state is returned.
    /// - [`Error::Io`]: the layer is damaged.
    pub fn stat_changed(&self, node: ChangedNode) -> Result<Stat, L::Stop> {
        self.tree.stat(self.present(node)?)
    }

    /// Reads bytes of a file, like [`Volume::read`]. Does not read a file that was neither opened nor changed.
    ///
    /// # Errors
    /// - [`Error::NoEntry`]: the app made the node, and it is gone. Nodes of the layer are never gone: the layer's
    ///   state is read.
    /// - [`Error::Invalid`]: it is not a file.
    /// - [`Error::Io`]: the layer is damaged.
    pub fn read_changed<'a>(
        &'a self,
        node: ChangedNode,
        offset: u64,
        length: u64,
        gather: &'a mut Vec<u8>,
    ) -> Result<&'a [u8], L::Stop> {
        let slot = self.tree.table.find(self.present(node)?).ok_or(Error::NoEntry)?;
        match &self.tree.table.get(slot)?.body {
            Body::File(contents) => contents.read(&self.tree.layer, offset, length.min(MAX_READ), gather),
            _ => Err(Error::Invalid.into()),
        }
    }

    /// Returns the target of a symbolic link.
    ///
    /// # Errors
    /// - [`Error::NoEntry`]: the app made the node, and it is gone. Nodes of the layer are never gone: the layer's
    ///   target is returned.
    /// - [`Error::Invalid`]: it is not a symbolic link.
    /// - [`Error::Io`]: the layer is damaged.
    pub fn link_target_changed(&self, node: ChangedNode) -> Result<&[u8], L::Stop> {
        self.tree.link_target(self.present(node)?)
    }

    fn present(&self, ChangedNode(id): ChangedNode) -> Result<NodeId, Error> {
        match id.origin() {
            Origin::Upper(slot) if self.tree.table.get(slot).is_err() || self.tree.table.id(slot) != id => {
                Err(Error::NoEntry)
            }
            Origin::Layer(_) | Origin::Upper(_) => Ok(id),
        }
    }
}
