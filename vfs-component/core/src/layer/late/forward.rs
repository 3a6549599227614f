//! Requests that can be sent directly to whoever answers for the late layer, because the volume has nothing to add.

use vfs_image::FileKind;

#[cfg(doc)]
use super::Query;
use super::{Late, LateInode, Stop};
use crate::fs::may_change;
use crate::journal::Journal;
use crate::layer::Performed;
use crate::limits::MAX_NAME;
use crate::node::{NodeId, Origin};
use crate::ops::identity::hash_of_layer;
use crate::path::{self, Step};
use crate::{Clock, DescriptorFlags, Error, OpenFile, Volume};

impl<L: Late, C: Clock, J: Journal> Volume<L, C, J> {
    /// Returns where the late layer has the bytes of a read of `length` bytes at `offset`, if it has all of them, so
    /// that the bytes need not pass through the volume. `None`: read them from the volume.
    ///
    /// # Errors
    /// - [`Error::BadDescriptor`]: it is not a file, or not open for reading.
    pub fn forward(&self, file: &OpenFile, offset: u64, length: u64) -> Result<Option<Forward>, Error> {
        let contents = self.tree.readable(file)?;
        let node = self.tree.table.id(file.slot);
        if let Some((_, number)) = self.tree.reads_through(node) {
            return Ok(Some(Forward { node: number, offset, length }));
        }
        let Origin::Layer(number) = node.origin() else { return Ok(None) };
        if !self.tree.layer.is_late(number) {
            return Ok(None);
        }
        let length = contents.layer_run(offset, length);
        Ok((length > 0).then_some(Forward { node: number, offset, length }))
    }

    /// Returns the node of the layer that a write goes to, if its changes pass through, so that the bytes need not pass
    /// through the volume. `None`: write them to the volume.
    ///
    /// # Errors
    /// Those of [`Volume::check_writable`].
    pub fn forward_write(&self, file: &OpenFile) -> Result<Option<u64>, Error> {
        self.check_writable(file)?;
        let through = self.tree.passes_through(self.tree.table.id(file.slot));
        Ok(through.map(|(_, number)| number).filter(|number| !self.tree.layer.is_read_only(*number)))
    }

    /// Returns the node of the layer that all reads of a file go to, whatever happens to it, so that a stream of it can be
    /// the layer's. `None`: read the volume.
    ///
    /// # Errors
    /// Those of [`Volume::check_readable`].
    pub fn forward_stream(&self, file: &OpenFile) -> Result<Option<u64>, Error> {
        self.check_readable(file)?;
        let through = self.tree.passes_through(self.tree.table.id(file.slot));
        Ok(through.map(|(_, number)| number))
    }

    /// Returns the node of the layer that has all entries of a directory, and no others, so that a listing can be the
    /// layer's. `None`: list the volume.
    #[must_use]
    pub fn forward_listing(&self, directory: &OpenFile) -> Option<u64> {
        let (_, number) = self.tree.passes_through(self.directory(directory).ok()?)?;
        self.tree.layer.lists_alone(number).then_some(number)
    }

    /// Goes along a path as far as the tree knows it, into the first directory from which the layer follows paths.
    /// Returns that, and the rest of the path. The result of the request is the result of the operation, but for two
    /// errors: if it is [`Error::NotPermitted`] or [`Error::Loop`], only the tree knows where the path leads, because it
    /// leaves the directory.
    ///
    /// `None`: the operation itself has the result, or has asked for something already. It also has that of a path that
    /// asks for a directory by its end, because there hosts differ from POSIX.
    pub fn forward_path<'p>(&mut self, at: &OpenFile, path: &'p str) -> Option<PathForward<'p>> {
        if self.tree.layer.late().answers.has_asked() || path.ends_with('/') || path.ends_with("/.") {
            return None;
        }
        let (mut directory, mut left) = (self.directory(at).ok()?, path);
        path::check(path).ok()?;
        self.tree.begin();
        loop {
            if let Origin::Layer(node) = directory.origin()
                && self.tree.layer.follows_paths(node)
            {
                return Some(PathForward { node, path: left });
            }
            let (component, rest) = path::first(left.as_bytes());
            if rest.is_empty() || self.tree.live(directory).is_some() {
                return None;
            }
            let Step::Name(_) = Step::of(component.text) else { return None };
            let found = self.tree.lookup(directory, component).ok()??;
            if found.kind != FileKind::Directory {
                return None;
            }
            (directory, left) = (found.node, left.get(left.len() - rest.len()..)?);
        }
    }

    /// Returns the directory of a path that is a name in it, if the tree has nothing to say of that name. The result of a
    /// request about the name is the result of the operation, if what it leads to is no link to be followed and the only
    /// name of a file.
    pub fn forward_name<'p>(&mut self, at: &OpenFile, path: &'p str) -> Option<PathForward<'p>> {
        if self.tree.layer.late().answers.has_asked() {
            return None;
        }
        let (component, rest) = path::first(path::check(path).ok()?);
        let Step::Name(name) = Step::of(component.text) else { return None };
        if !rest.is_empty() || name.len() < path.len() || name.len() > MAX_NAME {
            return None;
        }
        let node = self.tree.leaves_name(self.directory(at).ok()?, name)?;
        Some(PathForward { node, path })
    }

    /// Returns the [`Volume::metadata_hash`] of a node of the late layer, from what [`Query::Identity`] is answered
    /// with.
    #[must_use]
    pub fn hash_of_identity(identity: u64) -> (u64, u64) {
        hash_of_layer(identity)
    }

    /// Does what [`Volume::forward_path`] does for a path whose file is to be opened, unless the file may then be changed
    /// above the layer, which needs its name. Takes what opening needs; [`Volume::finish_forwarded`] opens the file or
    /// gives that back.
    pub fn forward_open<'p>(
        &mut self,
        at: &OpenFile,
        path: &'p str,
        flags: DescriptorFlags,
    ) -> Option<PathForward<'p>> {
        let forward = self.forward_path(at, path)?;
        let directory = NodeId::layer(forward.node);
        let changes = flags.intersects(DescriptorFlags::CHANGES);
        if self.tree.passes_through(directory).is_none() && (changes || J::TRACKS) {
            return None;
        }
        if changes {
            may_change(at).and_then(|()| self.tree.check_changeable(directory)).ok()?;
        }
        self.hold_open().ok()?;
        Some(forward)
    }

    /// Opens what was opened for [`Volume::forward_open`]. `None`: it was not opened, or is no file.
    ///
    /// # Errors
    /// - [`Error::Io`]: it has the number of another node.
    pub fn finish_forwarded(
        &mut self,
        at: &OpenFile,
        opened: Option<LateInode>,
        flags: DescriptorFlags,
    ) -> Result<Option<OpenFile>, Stop> {
        let Some(opened) = opened.filter(|inode| inode.stat.kind == FileKind::RegularFile) else {
            self.drop_held();
            return Ok(None);
        };
        let opened = self.finish_open(Ok(Performed::Opened(L::inode_of(opened))), flags, at.changes);
        if opened.is_err() {
            self.drop_held();
        }
        opened.map(Some)
    }
}

/// A read that can be sent directly to the layer. A short answer is not the end of the file, unless the file's changes
/// pass through: read the rest from the volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forward {
    /// The file's number in the layer.
    pub node: u64,
    /// Offset of the first byte.
    pub offset: u64,
    /// Number of bytes, at most the requested number.
    pub length: u64,
}

/// A path that can be sent directly to the layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathForward<'p> {
    /// The number in the layer of the directory that it starts from.
    pub node: u64,
    /// The path. It is not empty, not absolute, and has no NUL in it.
    pub path: &'p str,
}
