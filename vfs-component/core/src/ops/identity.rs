//! Telling nodes apart.

use crate::journal::Journal;
use crate::layer::Layer;
use crate::node::NodeId;
use crate::{Clock, Error, FollowFinalLink, OpenFile, Volume};

impl<L: Layer, C: Clock, J: Journal> Volume<L, C, J> {
    /// Whether two open files are of one node.
    pub fn is_same(&self, a: &OpenFile, b: &OpenFile) -> bool {
        a.slot == b.slot
    }

    /// A number for the node: the same as long as it lives, and never that of another. C libraries make `st_ino` of it.
    ///
    /// # Errors
    /// - [`Error::BadDescriptor`]: the file is of another filesystem.
    pub fn metadata_hash(&self, file: &OpenFile) -> Result<(u64, u64), Error> {
        self.tree.table.get(file.slot)?;
        Ok(hash(self.tree.table.id(file.slot)))
    }

    /// See [`Volume::metadata_hash`].
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
}

/// Both halves are one-to-one, so nodes with different identities have different numbers in each.
fn hash(id: NodeId) -> (u64, u64) {
    let lower = mix(id.number());
    (lower, mix(lower))
}

/// The finisher of splitmix64, a permutation.
fn mix(mut value: u64) -> u64 {
    value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}
