//! The filesystem: the tree, the time, and what is open.

use alloc::vec::Vec;

use vfs_image::{FileKind, Image, Timestamp};

use crate::clock::{Clock, Time};
use crate::limits::Limits;
use crate::node::NodeId;
use crate::node::directory::Found;
use crate::path::{self, Step};
use crate::resolve::{PathTarget, Walk, descend};
use crate::tree::Tree;
use crate::{Error, FollowFinalLink, OpenFile};

/// What a filesystem is like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Nothing can be changed: every change answers [`Error::ReadOnly`].
    pub read_only: bool,
    /// Quotas.
    pub limits: Limits,
    /// What a directory opened without [`DescriptorFlags::MUTATE_DIRECTORY`](crate::DescriptorFlags::MUTATE_DIRECTORY)
    /// may do.
    pub directory_rights: DirectoryRights,
}

/// What a directory opened without [`DescriptorFlags::MUTATE_DIRECTORY`](crate::DescriptorFlags::MUTATE_DIRECTORY) may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DirectoryRights {
    /// The same as the directory it was opened from. The preview1 adapter never sets the flag, and C libraries set it
    /// only with a write mode, which directories cannot be opened with: `unlinkat` below an opened directory, and so
    /// every recursive removal, needs this. It is what wasmtime does.
    #[default]
    Inherited,
    /// Nothing that changes the tree, as WASI's text says.
    AsRequested,
}

/// What a filesystem holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Counted against [`Limits::max_bytes`]: for each 64 KiB of a file in which something was written, the bytes up to
    /// the last one written.
    pub bytes: u64,
    /// Counted against [`Limits::max_nodes`].
    pub nodes: u32,
    /// Counted against [`Limits::max_open`].
    pub open: u32,
}

/// A filesystem: an image and the changes over it.
pub struct Fs<'i, C: Clock> {
    pub(crate) tree: Tree<'i>,
    pub(crate) time: Time<C>,
    pub(crate) options: Options,
    pub(crate) open: u32,
    /// Memory for the walks.
    above: Vec<NodeId>,
}

impl<'i, C: Clock> Fs<'i, C> {
    /// A filesystem over an image, or an empty one. The image is not looked at but for its root.
    ///
    /// # Errors
    /// - [`Error::Io`]: the image's root is damaged or not a directory.
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    pub fn new(image: Option<Image<'i>>, clock: C, options: Options) -> Result<Self, Error> {
        let start = image.as_ref().map_or(Timestamp::default(), Image::build_time);
        let tree = Tree::new(image, options.limits)?;
        Ok(Self { tree, time: Time::new(clock, start), options, open: 0, above: Vec::new() })
    }

    /// What is held now.
    pub fn usage(&self) -> Usage {
        let (bytes, nodes) = self.tree.usage();
        Usage { bytes, nodes, open: self.open }
    }

    /// The node of an open directory.
    ///
    /// # Errors
    /// - [`Error::NotDirectory`]: it is something else.
    pub(crate) fn directory(&self, file: &OpenFile) -> Result<NodeId, Error> {
        if file.kind == FileKind::Directory { Ok(self.tree.table.id(file.slot)) } else { Err(Error::NotDirectory) }
    }

    /// A walk from an open directory.
    pub(crate) fn walk(&mut self, at: &OpenFile) -> Result<Walk<'_, 'i>, Error> {
        self.tree.names.make_room();
        let start = self.directory(at)?;
        Ok(Walk::new(&self.tree, start, &mut self.above))
    }

    /// What is at a path.
    pub(crate) fn existing(&mut self, at: &OpenFile, path: &str, follow: FollowFinalLink) -> Result<Found, Error> {
        let start = self.directory(at)?;
        self.tree.names.make_room();
        match descend(&self.tree, start, path, follow) {
            Ok(Some(found)) => Ok(found),
            Ok(None) => self.walk(at)?.resolve(path, follow)?.existing(),
            // What is wrong with the path itself comes first.
            Err(error) => path::check(path).and(Err(error)),
        }
    }

    /// Walks to the directory of a path's last component; see [`Walk::parent`].
    pub(crate) fn parent<'p>(&mut self, at: &OpenFile, path: &'p str) -> Result<PathTarget<'p>, Error> {
        self.walk(at)?.parent(path)
    }

    /// Walks to a name in a directory and looks it up without following it.
    pub(crate) fn entry<'p>(&mut self, at: &OpenFile, path: &'p str) -> Result<PathTarget<'p>, Error> {
        self.parent(at, path)?.lookup_last(&self.tree)
    }

    /// Walks to a name that is to be made: the directory, and the name.
    ///
    /// # Errors
    /// - [`Error::Exist`]: it is there, or is `.` or `..`.
    /// - [`Error::NoEntry`]: the path ends in `/` and no directory is to be made, or the directory was removed.
    /// - [`Error::ReadOnly`]: `at` cannot change anything.
    /// - Those of [`Walk::parent`].
    pub(crate) fn resolve_new_entry<'p>(
        &mut self,
        at: &OpenFile,
        path: &'p str,
        is_directory: bool,
    ) -> Result<(NodeId, &'p [u8]), Error> {
        let target = self.entry(at, path)?;
        let (Step::Name(name), None) = (target.last(), target.found) else { return Err(Error::Exist) };
        if (target.must_be_directory && !is_directory) || self.tree.is_removed(target.directory) {
            return Err(Error::NoEntry);
        }
        may_change(at)?;
        Ok((target.directory, name))
    }
}

/// # Errors
/// - [`Error::ReadOnly`]: nothing can be changed through `file`.
pub(crate) fn may_change(file: &OpenFile) -> Result<(), Error> {
    if file.may_change { Ok(()) } else { Err(Error::ReadOnly) }
}
