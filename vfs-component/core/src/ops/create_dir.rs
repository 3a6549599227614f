//! Making a directory.

use vfs_image::FileKind;

#[cfg(doc)]
use crate::Error;
use crate::fs::may_change;
use crate::journal::Journal;
use crate::layer::{Effect, Layer};
use crate::loading::Loading;
use crate::node::directory::Found;
use crate::node::{self, Body, Directory};
use crate::tree::owned;
use crate::{Clock, OpenFile, Volume};

impl<L: Layer, C: Clock, J: Journal> Volume<L, C, J> {
    /// Makes a directory.
    ///
    /// # Errors
    /// - [`Error::Exist`]: something is there, a symbolic link too, or the path ends in `.` or `..`.
    /// - [`Error::NoEntry`]: the path is empty, or something on the way is not there, or the directory was removed.
    /// - [`Error::NotDirectory`]: `at` is not a directory, or something on the way is not.
    /// - [`Error::NotPermitted`]: the path or a followed link is absolute, or `..` leaves `at`.
    /// - [`Error::Loop`]: too many symbolic links are on the way.
    /// - [`Error::NameTooLong`]: the path or one of its components is too long.
    /// - [`Error::Invalid`]: the path has a NUL in it.
    /// - [`Error::ReadOnly`]: `at` cannot change anything.
    /// - [`Error::InsufficientSpace`]: there are too many nodes.
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    /// - [`Error::Io`]: the layer is damaged.
    pub fn create_dir_at(&mut self, at: &OpenFile, path: &str) -> Result<(), L::Stop> {
        if let Some(performed) = self.performed() {
            return performed;
        }
        let (parent, name) = self.resolve_new_entry(at, path, true)?;
        may_change(at)?;
        if let Some((through, directory)) = self.tree.passes_through(parent) {
            return self.tree.perform(through, Effect::CreateDirectory { directory, name });
        }
        let name = owned(name)?;
        let mut loading = Loading::new(&mut self.tree);
        let slot = loading.entries(parent, &[(&name, None)])?;
        loading.reserve_node()?;
        loading.keep(1)?;

        let now = self.time.now();
        let body = Body::Directory(Directory::new(Some(parent)));
        let made = self.tree.add(body, now);
        let node = self.tree.table.id(made);
        if let Some((mut entries, times, links)) = self.tree.entries_mut(slot) {
            entries.insert(name, Found { node, kind: FileKind::Directory });
            times.modify(now);
            node::one_more(links);
        }
        Ok(())
    }
}
