//! Removing a directory.

use vfs_image::FileKind;

use crate::fs::may_change;
use crate::journal::Journal;
use crate::layer::Layer;
use crate::path::Step;
use crate::{Clock, Error, FollowFinalLink, OpenFile, Volume};

impl<L: Layer, C: Clock, J: Journal> Volume<L, C, J> {
    /// Removes an empty directory. If it is open, it continues to exist, empty and without a name; nothing can be made
    /// in it.
    ///
    /// # Errors
    /// - [`Error::NotEmpty`]: it has entries, or the path ends in `..`.
    /// - [`Error::Busy`]: something is mounted on it.
    /// - [`Error::Invalid`]: the path ends in `.` or has a NUL in it.
    /// - [`Error::NoEntry`]: nothing is there, or the path is empty, or something on the way is not there, or the path
    ///   ends in `/` after a link that leads nowhere.
    /// - [`Error::NotDirectory`]: it is not a directory, or `at` or something on the way is not.
    /// - [`Error::NotPermitted`]: the path or a followed link is absolute, or `..` leaves `at`.
    /// - [`Error::Loop`]: too many symbolic links are on the way.
    /// - [`Error::NameTooLong`]: the path or one of its components is too long.
    /// - [`Error::ReadOnly`]: `at` cannot change anything.
    /// - [`Error::InsufficientSpace`]: there are too many nodes to note the change of the directory it is in.
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    /// - [`Error::Io`]: the layer is damaged.
    pub fn remove_dir_at(&mut self, at: &OpenFile, path: &str) -> Result<(), L::Stop> {
        if let Some(performed) = self.performed() {
            return performed;
        }
        let place = self.entry(at, path)?;
        let name = match place.last() {
            Step::Name(name) => name,
            Step::Dot => return Err(Error::Invalid.into()),
            Step::DotDot => return Err(Error::NotEmpty.into()),
        };
        let found = place.found.ok_or(Error::NoEntry)?;
        if found.kind != FileKind::Directory {
            // A slash after a link follows it; only then does a link that leads out of `at` show.
            if place.must_be_directory && found.kind == FileKind::SymbolicLink {
                self.existing(at, path, FollowFinalLink::Yes)?;
            }
            return Err(Error::NotDirectory.into());
        }
        self.tree.check_not_mounted(found.node)?;
        if self.tree.passes_through(place.directory).is_some() {
            self.tree.check_not_placed(place.directory, found.node, Error::NotEmpty)?;
        } else if !self.tree.is_empty(found.node)? {
            return Err(Error::NotEmpty.into());
        }
        may_change(at)?;
        self.remove_name(place.directory, name, found)
    }
}
