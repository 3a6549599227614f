//! Telling nodes apart.

use crate::journal::Journal;
use crate::layer::Layer;
use crate::node::NodeId;
use crate::{Clock, Error, FollowFinalLink, OpenFile, Stat, Volume};

impl<L: Layer, C: Clock, J: Journal> Volume<L, C, J> {
    /// Returns whether two open files refer to one node.
    pub fn is_same(&self, a: &OpenFile, b: &OpenFile) -> bool {
        a.slot == b.slot
    }

    /// Returns a number for the node that stays the same as long as it lives, and is never that of another node. C
    /// libraries derive `st_ino` from it.
    ///
    /// # Errors
    /// - [`Error::BadDescriptor`]: the file is of another filesystem.
    pub fn metadata_hash(&self, file: &OpenFile) -> Result<(u64, u64), Error> {
        self.tree.table.get(file.slot)?;
        Ok(hash(self.tree.table.id(file.slot)))
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
        Ok(hash(found.node))
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
        Ok((self.tree.stat(found.node)?, hash(found.node)))
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
        Ok(hash(parent))
    }
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
