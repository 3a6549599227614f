//! Telling nodes apart.

#[cfg(doc)]
use crate::Error;
use crate::journal::Journal;
use crate::layer::Layer;
use crate::node::NodeId;
use crate::{Clock, FollowFinalLink, OpenFile, Stat, Volume};

impl<L: Layer, C: Clock, J: Journal> Volume<L, C, J> {
    /// Returns whether two open files refer to one node.
    ///
    /// # Errors
    /// Those of [`Volume::metadata_hash`].
    pub fn is_same(&self, a: &OpenFile, b: &OpenFile) -> Result<bool, L::Stop> {
        if a.slot == b.slot {
            return Ok(true);
        }
        let through = |file: &OpenFile| self.tree.live(self.tree.table.id(file.slot));
        match (through(a), through(b)) {
            (Some((a, _)), Some((b, _))) => Ok(self.tree.layer.identity(a)? == self.tree.layer.identity(b)?),
            _ => Ok(false),
        }
    }

    /// Returns a number for the node that stays the same as long as it lives, and is never that of another node. C
    /// libraries derive `st_ino` from it.
    ///
    /// # Errors
    /// - [`Error::BadDescriptor`]: the file is of another filesystem.
    /// - [`Error::Io`]: the layer is damaged.
    pub fn metadata_hash(&self, file: &OpenFile) -> Result<(u64, u64), L::Stop> {
        self.tree.table.get(file.slot)?;
        self.hash_of(self.tree.table.id(file.slot))
    }

    /// Returns the number for the node at a path; see [`Volume::metadata_hash`].
    ///
    /// # Errors
    /// Those of [`Volume::stat_at`].
    pub fn metadata_hash_at(
        &mut self,
        at: &OpenFile,
        path: &str,
        follow: FollowFinalLink,
    ) -> Result<(u64, u64), L::Stop> {
        let found = self.existing(at, path, follow)?;
        self.hash_of(found.node)
    }

    /// Returns the metadata of the node at a path and its [`Volume::metadata_hash`], by one walk.
    ///
    /// # Errors
    /// Those of [`Volume::stat_at`].
    pub fn stat_and_hash_at(
        &mut self,
        at: &OpenFile,
        path: &str,
        follow: FollowFinalLink,
    ) -> Result<(Stat, (u64, u64)), L::Stop> {
        let found = self.existing(at, path, follow)?;
        Ok((self.tree.stat(found.node)?, self.hash_of(found.node)?))
    }

    /// Returns the [`Volume::metadata_hash`] of the directory that an open directory is in. The root is in itself, and
    /// so is a directory that was removed.
    ///
    /// # Errors
    /// - [`Error::NotDirectory`]: it is not a directory.
    /// - [`Error::Io`]: the layer is damaged.
    pub fn parent_hash(&self, file: &OpenFile) -> Result<(u64, u64), L::Stop> {
        let directory = self.directory(file)?;
        let parent = if self.tree.is_removed(directory) { directory } else { self.tree.parent(directory)? };
        self.hash_of(parent)
    }

    /// Makes the hash of a node.
    #[inline]
    pub(super) fn hash_of(&self, node: NodeId) -> Result<(u64, u64), L::Stop> {
        match self.tree.live(node) {
            Some((through, _)) => Ok(hash_of_layer(self.tree.layer.identity(through)?)),
            None => Ok(hash(node)),
        }
    }
}

/// Makes the hash of a node that the layer tells from its others. The upper half is never that of [`hash`].
pub(crate) fn hash_of_layer(identity: u64) -> (u64, u64) {
    let lower = mix(!identity);
    (lower, !mix(lower))
}

/// Makes a hash of an identity. Both halves are one-to-one, so nodes with different identities differ in each.
pub(super) fn hash(id: NodeId) -> (u64, u64) {
    let lower = mix(id.number());
    (lower, mix(lower))
}

/// Applies the finisher of splitmix64, a permutation.
fn mix(mut value: u64) -> u64 {
    value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}
