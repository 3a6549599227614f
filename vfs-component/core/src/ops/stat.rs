//! Metadata of nodes.

#[cfg(doc)]
use crate::Error;
use crate::journal::Journal;
use crate::layer::{Layer, LayerInode};
use crate::{Clock, FollowFinalLink, OpenFile, Stat, Volume};

impl<L: Layer, C: Clock, J: Journal> Volume<L, C, J> {
    /// Returns the metadata of an open file.
    ///
    /// # Errors
    /// - [`Error::BadDescriptor`]: the file is of another filesystem.
    pub fn stat(&self, file: &OpenFile) -> Result<Stat, L::Stop> {
        let node = self.tree.table.get(file.slot)?;
        match self.tree.reads_through(self.tree.table.id(file.slot)) {
            Some((_, number)) => Ok(self.tree.layer.inode(number)?.stat_now()),
            None => Ok(node.stat()),
        }
    }

    /// Returns the metadata of the node at a path.
    ///
    /// # Errors
    /// - [`Error::NoEntry`]: nothing is there, or the path is empty, or something on the way is not there.
    /// - [`Error::NotDirectory`]: `at` is not a directory, or something on the way is not, or the path ends in `/` and
    ///   it is not one.
    /// - [`Error::NotPermitted`]: the path or a followed link is absolute, or `..` leaves `at`.
    /// - [`Error::Loop`]: too many symbolic links are on the way.
    /// - [`Error::NameTooLong`]: the path or one of its components is too long.
    /// - [`Error::Invalid`]: the path has a NUL in it.
    /// - [`Error::Io`]: the layer is damaged.
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    pub fn stat_at(&mut self, at: &OpenFile, path: &str, follow: FollowFinalLink) -> Result<Stat, L::Stop> {
        let found = self.existing(at, path, follow)?;
        self.tree.stat(found.node)
    }
}
