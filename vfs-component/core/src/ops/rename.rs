//! Giving a node another name.

use vfs_image::FileKind;

use crate::fs::may_change;
use crate::journal::Journal;
use crate::layer::{Effect, Layer};
use crate::loading::Loading;
use crate::node::directory::Found;
use crate::node::hidden::HiddenNames;
use crate::node::{self, Body, Directory, NodeId};
use crate::path::Step;
use crate::tree::owned;
use crate::{Clock, Error, OpenFile, Volume};

impl<L: Layer, C: Clock, J: Journal> Volume<L, C, J> {
    /// Gives a node another name, and replaces that if it exists. If both are names of one file, nothing happens.
    ///
    /// # Errors
    /// - [`Error::NoEntry`]: nothing is at the old path, or a path is empty, or something on the way is not there, or
    ///   the new directory was removed.
    /// - [`Error::NotDirectory`]: a base is not a directory, or something on the way is not; or a directory would
    ///   replace something else; or a path ends in `/` and what is moved is not a directory.
    /// - [`Error::IsDirectory`]: something else would replace a directory.
    /// - [`Error::NotEmpty`]: the directory that would be replaced has entries.
    /// - [`Error::Invalid`]: a directory would be moved into itself or what is below it; or a path has a NUL in it.
    /// - [`Error::CrossDevice`]: the two directories are on different filesystems.
    /// - [`Error::Busy`]: a path ends in `.` or `..`, or something is mounted on what it leads to, or below that in a
    ///   filesystem that makes its changes itself.
    /// - [`Error::NotPermitted`]: a path or a followed link is absolute, or `..` leaves its base.
    /// - [`Error::Loop`]: too many symbolic links are on the way.
    /// - [`Error::NameTooLong`]: a path or one of its components is too long.
    /// - [`Error::ReadOnly`]: a base cannot change anything.
    /// - [`Error::InsufficientSpace`]: there are too many nodes to note the changes.
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    /// - [`Error::Io`]: the layer is damaged.
    pub fn rename_at(&mut self, from: &OpenFile, from_path: &str, to: &OpenFile, to_path: &str) -> Result<(), L::Stop> {
        if let Some(performed) = self.performed() {
            return performed;
        }
        let old = self.parent(from, from_path)?;
        let new = self.parent(to, to_path)?;
        // Before any name is looked up, as on Linux. A removed directory has no place in the tree, and nothing in it.
        if L::HAS_MOUNTS && ![old.directory, new.directory].into_iter().any(|directory| self.tree.is_removed(directory))
        {
            self.tree.check_one_filesystem(old.directory, new.directory)?;
        }
        let (Step::Name(old_name), Step::Name(new_name)) = (old.last(), new.last()) else {
            return Err(Error::Busy.into());
        };
        let old = old.lookup_last(&self.tree)?;
        let source = old.found.ok_or(Error::NoEntry)?;
        let new = new.lookup_last(&self.tree)?;
        // A removed directory has no place in the tree, so check this before comparing places.
        if self.tree.is_removed(new.directory) {
            return Err(Error::NoEntry.into());
        }
        let is_directory = source.kind == FileKind::Directory;
        if !is_directory && (old.must_be_directory || new.must_be_directory) {
            return Err(Error::NotDirectory.into());
        }
        let same = new.found.is_some_and(|target| target.node == source.node);
        let through = self.tree.both_pass_through(old.directory, new.directory)?;
        if !same {
            match through {
                None => self.check_move(old.directory, source, new.directory, new.found)?,
                Some(_) => {
                    if let Err(busy) = self.check_neither_mounted(source, new.found) {
                        check_kinds(source, new.found)?;
                        return Err(busy.into());
                    }
                }
            }
        }
        may_change(from)?;
        may_change(to)?;
        if same {
            return Ok(());
        }
        if let Some((through, from, to)) = through {
            self.tree.check_not_placed(old.directory, source.node, Error::Busy)?;
            if let Some(target) = new.found {
                let error = if is_directory { Error::NotEmpty } else { Error::IsDirectory };
                self.tree.check_not_placed(new.directory, target.node, error)?;
            }
            return self.tree.perform(through, Effect::Rename { from, old: old_name, to, new: new_name });
        }

        let mut name = owned(new_name)?;
        let names = [(old_name, Some(source)), (new_name, new.found)];
        let (old_names, new_names) =
            if old.directory == new.directory { (&names[..], &[][..]) } else { names.split_at(1) };
        let mut loading = Loading::new(&mut self.tree);
        let old_slot = loading.entries(old.directory, old_names)?;
        let new_slot = loading.entries(new.directory, new_names)?;
        let moved = loading.found(source)?;
        if let Some(target) = new.found {
            loading.survivor(target)?;
        }
        loading.keep(0)?;

        let now = self.time.now();
        // A directory that only changes its name neither arrives nor leaves.
        let arrives = is_directory && new.found.is_none() && old_slot != new_slot;
        let leaves = is_directory && (arrives || new.found.is_some());
        if let Some((mut entries, times, links)) = self.tree.entries_mut(old_slot) {
            entries.remove(old_name);
            times.modify(now);
            if leaves {
                node::one_less(links);
            }
        }
        if let Some((mut entries, times, links)) = self.tree.entries_mut(new_slot) {
            match new.found {
                Some(_) => entries.replace(new_name, &mut name, source),
                None => {
                    entries.insert(name, source);
                    if arrives {
                        node::one_more(links);
                    }
                }
            }
            times.modify(now);
        }
        if let Some(node) = self.tree.change(moved) {
            node.times.changed = now;
            // The name may be one that others gave to an open file whose other names the app has removed.
            if L::Hidden::ANY && node.links == 0 {
                node.links = 1;
            }
            if let Body::Directory(Directory { parent, .. }) = &mut node.body {
                *parent = Some(new.directory);
            }
        }
        if let Some(target) = new.found {
            self.tree.drop_name(target.node, now);
        }
        Ok(())
    }

    /// Checks that `source`, which is in `from`, can be moved into `to`, replacing `target` if that exists and is empty.
    fn check_move(&self, from: NodeId, source: Found, to: NodeId, target: Option<Found>) -> Result<(), L::Stop> {
        let is_directory = source.kind == FileKind::Directory;
        // Where the layer's entries stay its own, no list that is copied up shows that it lies.
        if L::Hidden::ANY && target.is_some_and(|target| target.node == to) {
            return Err(self.tree.layer.contradiction());
        }
        if from != to {
            if is_directory && self.tree.is_above(source.node, to)? {
                return Err(Error::Invalid.into());
            }
            if let Some(Found { node, kind: FileKind::Directory }) = target
                && self.tree.is_above(node, from)?
            {
                return Err(Error::NotEmpty.into());
            }
        }
        check_kinds(source, target)?;
        self.check_neither_mounted(source, target)?;
        match target {
            Some(Found { node, .. }) if is_directory && !self.tree.is_empty(node)? => Err(Error::NotEmpty.into()),
            _ => Ok(()),
        }
    }

    /// Checks that nothing is mounted on what is moved, and on what it replaces.
    fn check_neither_mounted(&self, source: Found, target: Option<Found>) -> Result<(), Error> {
        self.tree.check_not_mounted(source.node)?;
        target.map_or(Ok(()), |target| self.tree.check_not_mounted(target.node))
    }
}

/// Checks that a directory replaces a directory, and a file something else.
#[inline(always)]
fn check_kinds(source: Found, target: Option<Found>) -> Result<(), Error> {
    let is_directory = source.kind == FileKind::Directory;
    match target {
        Some(Found { kind: FileKind::Directory, .. }) if !is_directory => Err(Error::IsDirectory),
        Some(Found { kind, .. }) if is_directory && kind != FileKind::Directory => Err(Error::NotDirectory),
        _ => Ok(()),
    }
}
