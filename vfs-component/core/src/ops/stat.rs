//! What is known about a node.

use crate::{Clock, Error, FollowFinalLink, Fs, OpenFile, Stat};

impl<C: Clock> Fs<'_, C> {
    /// What is known about an open file.
    ///
    /// # Errors
    /// - [`Error::BadDescriptor`]: the file is of another filesystem.
    pub fn stat(&self, file: &OpenFile) -> Result<Stat, Error> {
        Ok(self.tree.table.get(file.slot)?.stat())
    }

    /// What is known about what is at a path.
    ///
    /// # Errors
    /// - [`Error::NoEntry`]: nothing is there, or the path is empty, or something on the way is not there.
    /// - [`Error::NotDirectory`]: `at` is not a directory, or something on the way is not, or the path ends in `/` and it
    ///   is not one.
    /// - [`Error::NotPermitted`]: the path or a followed link is absolute, or `..` leaves `at`.
    /// - [`Error::Loop`]: too many symbolic links are on the way.
    /// - [`Error::NameTooLong`]: the path or one of its components is too long.
    /// - [`Error::Invalid`]: the path has a NUL in it.
    /// - [`Error::Io`]: the image is damaged.
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    pub fn stat_at(&mut self, at: &OpenFile, path: &str, follow: FollowFinalLink) -> Result<Stat, Error> {
        let found = self.existing(at, path, follow)?;
        self.tree.stat(found.node)
    }
}
