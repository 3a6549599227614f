//! Removing a name of a file.

use vfs_image::FileKind;

use crate::fs::may_change;
use crate::journal::Journal;
use crate::layer::{Effect, Layer};
use crate::loading::Loading;
use crate::node::directory::Found;
use crate::node::{self, NodeId};
use crate::path::Step;
use crate::{Clock, Error, OpenFile, Volume};

impl<L: Layer, C: Clock, J: Journal> Volume<L, C, J> {
    /// Removes a name of something that is not a directory. If it is open, it continues to exist, without that name.
    ///
    /// # Errors
    /// - [`Error::IsDirectory`]: it is a directory.
    /// - [`Error::NoEntry`]: nothing is there, or the path is empty, or something on the way is not there.
    /// - [`Error::NotDirectory`]: `at` is not a directory, or something on the way is not, or the path ends in `/`.
    /// - [`Error::NotPermitted`]: the path or a followed link is absolute, or `..` leaves `at`.
    /// - [`Error::Loop`]: too many symbolic links are on the way.
    /// - [`Error::NameTooLong`]: the path or one of its components is too long.
    /// - [`Error::Invalid`]: the path has a NUL in it.
    /// - [`Error::ReadOnly`]: `at` cannot change anything.
    /// - [`Error::InsufficientSpace`]: there are too many nodes to note the change of the directory or of the file's
    ///   other names.
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    /// - [`Error::Io`]: the layer is damaged.
    pub fn unlink_file_at(&mut self, at: &OpenFile, path: &str) -> Result<(), L::Stop> {
        if let Some(performed) = self.performed() {
            return performed;
        }
        let place = self.entry(at, path)?;
        let found = place.existing()?;
        let (Step::Name(name), false) = (place.last(), found.kind == FileKind::Directory) else {
            return Err(Error::IsDirectory.into());
        };
        may_change(at)?;
        self.remove_name(place.directory, name, found)
    }

    /// Removes an existing name, and its node if nothing else holds it.
    pub(crate) fn remove_name(&mut self, directory: NodeId, name: &[u8], found: Found) -> Result<(), L::Stop> {
        if let Some((through, directory)) = self.tree.passes_through(directory) {
            let is_directory = found.kind == FileKind::Directory;
            let unlink = Effect::Unlink { directory, name };
            let effect = if is_directory { Effect::RemoveDirectory { directory, name } } else { unlink };
            return self.tree.perform(through, effect);
        }
        let mut loading = Loading::new(&mut self.tree);
        let slot = loading.entries(directory, &[(name, Some(found))])?;
        loading.survivor(found)?;
        loading.keep(0)?;

        let now = self.time.now();
        if let Some((mut entries, times, links)) = self.tree.entries_mut(slot) {
            entries.remove(name);
            times.modify(now);
            if found.kind == FileKind::Directory {
                node::one_less(links);
            }
        }
        self.tree.drop_name(found.node, now);
        Ok(())
    }
}
