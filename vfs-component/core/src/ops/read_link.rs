//! Reading a symbolic link.

use crate::journal::Journal;
use crate::layer::Layer;
use crate::{Clock, Error, FollowFinalLink, OpenFile, Volume, path};

impl<L: Layer, C: Clock, J: Journal> Volume<L, C, J> {
    /// Returns the target of a symbolic link, unchanged.
    ///
    /// # Errors
    /// - [`Error::Invalid`]: it is not a symbolic link, or the path has a NUL in it.
    /// - [`Error::NotPermitted`]: the target is absolute, and absolute links are not followed; or the path or a followed
    ///   link is absolute, or `..` leaves `at`.
    /// - [`Error::IllegalByteSequence`]: the target is not UTF-8.
    /// - [`Error::NoEntry`]: nothing is there, or the path is empty, or something on the way is not there.
    /// - [`Error::NotDirectory`]: `at` is not a directory, or something on the way is not, or the path ends in `/` and
    ///   it is not one.
    /// - [`Error::Loop`]: too many symbolic links are on the way.
    /// - [`Error::NameTooLong`]: the path or one of its components is too long.
    /// - [`Error::Io`]: the layer is damaged.
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    pub fn readlink_at<'a>(&'a mut self, at: &OpenFile, path: &str) -> Result<&'a str, L::Stop> {
        let found = self.existing(at, path, FollowFinalLink::No)?;
        let target = self.tree.link_target(found.node)?;
        self.tree.allow_absolute(path::check_relative(target))?;
        core::str::from_utf8(target).map_err(|_| Error::IllegalByteSequence.into())
    }
}
