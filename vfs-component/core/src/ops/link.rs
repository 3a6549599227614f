//! Giving a node one more name.

use vfs_image::FileKind;

use crate::fs::may_change;
use crate::journal::Journal;
use crate::layer::{Effect, Layer};
use crate::loading::Loading;
use crate::tree::owned;
use crate::{Clock, Error, FollowFinalLink, OpenFile, Volume};

impl<L: Layer, C: Clock, J: Journal> Volume<L, C, J> {
    /// Gives the node at the old path an additional name.
    ///
    /// # Errors
    /// - [`Error::NoEntry`]: nothing is at the old path, or a path is empty, or something on the way is not there, or
    ///   the new path ends in `/`, or the new directory was removed.
    /// - [`Error::Exist`]: something is at the new path, or it ends in `.` or `..`.
    /// - [`Error::NotPermitted`]: it is a directory; or a path or a followed link is absolute, or `..` leaves its base.
    /// - [`Error::NotDirectory`]: a base is not a directory, or something on the way is not, or a path ends in `/`
    ///   after what is not a directory.
    /// - [`Error::Loop`]: too many symbolic links are on the way.
    /// - [`Error::NameTooLong`]: a path or one of its components is too long.
    /// - [`Error::Invalid`]: a path has a NUL in it.
    /// - [`Error::CrossDevice`]: the node and the new directory are on different filesystems.
    /// - [`Error::TooManyLinks`]: the node has 2^32 - 1 names.
    /// - [`Error::ReadOnly`]: a base cannot change anything.
    /// - [`Error::InsufficientSpace`]: there are too many nodes to note the changes.
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    /// - [`Error::Io`]: the layer is damaged.
    pub fn link_at(
        &mut self,
        from: &OpenFile,
        from_path: &str,
        follow: FollowFinalLink,
        to: &OpenFile,
        to_path: &str,
    ) -> Result<(), L::Stop> {
        if let Some(performed) = self.performed() {
            return performed;
        }
        let (source, source_directory) = self.existing_in(from, from_path, follow)?;
        let (directory, name) = self.resolve_new_entry(to, to_path, false)?;
        let is_directory = source.kind == FileKind::Directory;
        if let Some(source_directory) = source_directory {
            // A directory may be the root of another filesystem than that of the directory where it was found.
            let place = if is_directory { source.node } else { source_directory };
            self.tree.check_one_filesystem(place, directory)?;
        }
        if is_directory {
            return Err(Error::NotPermitted.into());
        }
        may_change(to)?;
        may_change(from)?;
        if let Some((through, node, directory)) = self.tree.both_pass_through(source.node, directory)? {
            return self.tree.perform(through, Effect::Link { node, directory, name });
        }
        let name = owned(name)?;
        let mut loading = Loading::new(&mut self.tree);
        let slot = loading.entries(directory, &[(&name, None)])?;
        let linked = loading.found(source)?;
        let links = loading.one_more_link(linked)?;
        loading.keep(0)?;

        let now = self.time.now();
        if let Some(node) = self.tree.change(linked) {
            node.links = links;
            node.times.changed = now;
        }
        if let Some((mut entries, times, _)) = self.tree.entries_mut(slot) {
            entries.insert(name, source);
            times.modify(now);
        }
        Ok(())
    }
}
