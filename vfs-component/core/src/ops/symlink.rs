//! Making a symbolic link.

use vfs_image::FileKind;

#[cfg(doc)]
use crate::Error;
use crate::fs::may_change;
use crate::journal::Journal;
use crate::layer::{Effect, Layer};
use crate::loading::Loading;
use crate::node::directory::Found;
use crate::node::{Body, Symlink};
use crate::tree::owned;
use crate::{Clock, OpenFile, Volume, path};

impl<L: Layer, C: Clock, J: Journal> Volume<L, C, J> {
    /// Makes a symbolic link to `target`, which need not exist.
    ///
    /// # Errors
    /// - [`Error::NotPermitted`]: the target is absolute, and absolute links are not followed or the layer makes the link;
    ///   or the path or a followed link is absolute, or `..` leaves `at`.
    /// - [`Error::NoEntry`]: the target or the path is empty, or something on the way is not there, or the path ends in
    ///   `/`, or the directory was removed.
    /// - [`Error::NameTooLong`]: the target, the path or one of its components is too long.
    /// - [`Error::Invalid`]: the target or the path has a NUL in it.
    /// - [`Error::Exist`]: something is there, or the path ends in `.` or `..`.
    /// - [`Error::NotDirectory`]: `at` is not a directory, or something on the way is not, or a file before a `/` at
    ///   the end.
    /// - [`Error::Loop`]: too many symbolic links are on the way.
    /// - [`Error::ReadOnly`]: `at` cannot change anything.
    /// - [`Error::InsufficientSpace`]: there are too many nodes.
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    /// - [`Error::Io`]: the layer is damaged.
    pub fn symlink_at(&mut self, target: &str, at: &OpenFile, path: &str) -> Result<(), L::Stop> {
        if let Some(performed) = self.performed() {
            return performed;
        }
        self.directory(at)?;
        self.tree.allow_absolute(path::check(target).map(drop))?;
        let target = target.as_bytes();
        let (directory, name) = self.resolve_new_entry(at, path, false)?;
        may_change(at)?;
        if let Some((through, directory)) = self.tree.passes_through(directory) {
            // To others who follow the link there, an absolute target is outside of the tree.
            path::check_relative(target)?;
            return self.tree.perform(through, Effect::Symlink { target, directory, name });
        }
        let (target, name) = (owned(target)?, owned(name)?);
        let mut loading = Loading::new(&mut self.tree);
        let slot = loading.entries(directory, &[(&name, None)])?;
        loading.reserve_node()?;
        loading.keep(1)?;

        let now = self.time.now();
        let made = self.tree.add(Body::Symlink(Symlink::Owned(target)), now);
        let node = self.tree.table.id(made);
        if let Some((mut entries, times, _)) = self.tree.entries_mut(slot) {
            entries.insert(name, Found { node, kind: FileKind::SymbolicLink });
            times.modify(now);
        }
        Ok(())
    }
}
