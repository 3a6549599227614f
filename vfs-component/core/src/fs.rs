//! The filesystem: the tree, the time, and the open files.

use alloc::vec::Vec;

use vfs_image::{FileKind, Image};

use crate::clock::{Clock, Time};
use crate::journal::{Journal, Untracked};
use crate::layer::{ImageLayer, Layer};
use crate::limits::Limits;
use crate::node::NodeId;
use crate::node::directory::Found;
use crate::open_file::ChangeRight;
use crate::path::{self, Step};
use crate::resolve::{PathTarget, Walk, descend};
use crate::tree::Tree;
use crate::{Error, FollowFinalLink, OpenFile};

/// What a filesystem currently uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Counted against [`Limits::max_bytes`]: for each 64 KiB of a file that was written to, the bytes up to the last
    /// one written.
    pub bytes: u64,
    /// Counted against [`Limits::max_nodes`].
    pub nodes: u32,
    /// Counted against [`Limits::max_open`].
    pub open: u32,
}

/// A filesystem: a layer and the changes above it. The journal `J` keeps what is needed to list changes.
pub struct Volume<L: Layer, C: Clock, J: Journal = Untracked> {
    pub(crate) tree: Tree<L, J>,
    pub(crate) time: Time<C>,
    pub(crate) max_open: u32,
    pub(crate) open: u32,
    /// Memory that walks use again.
    above: Vec<NodeId>,
}

/// A filesystem over an image.
pub type Fs<'i, C> = Volume<ImageLayer<'i>, C>;

impl<'i, C: Clock> Fs<'i, C> {
    /// Makes a filesystem over an image, or an empty one. Reads only the root of the image.
    ///
    /// # Errors
    /// - [`Error::Io`]: the image's root is damaged or not a directory.
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    pub fn new(image: Option<Image<'i>>, clock: C, limits: Limits) -> Result<Self, Error> {
        Self::over(ImageLayer::new(image), clock, limits)
    }
}

impl<L: Layer, C: Clock, J: Journal> Volume<L, C, J> {
    /// Makes a filesystem over a layer. Reads only its root.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    /// - Those of [`Layer::root`].
    pub fn over(layer: L, clock: C, limits: Limits) -> Result<Self, L::Stop> {
        let time = Time::new(clock, layer.build_time());
        let tree = Tree::new(layer, limits)?;
        Ok(Self { tree, time, max_open: limits.max_open, open: 0, above: Vec::new() })
    }

    /// Sets whether absolute targets of symbolic links are followed, from the root of the tree as after `chroot`. By
    /// default they are refused: where an operation says that a followed link with one is [`Error::NotPermitted`], it is
    /// so without this.
    ///
    /// Only walks from the root follow them. From any other directory they stay [`Error::NotPermitted`], because whoever
    /// has no more than that directory could leave it by a link that they made.
    #[cfg(feature = "absolute-links")]
    pub fn set_absolute_links(&mut self, are_followed: bool) {
        self.tree.absolute_links = are_followed;
    }

    /// Returns the result of the change that this operation has requested from the layer, if there is one. It is then
    /// the result of the operation.
    #[inline]
    pub(crate) fn performed(&mut self) -> Option<Result<(), L::Stop>> {
        Some(self.tree.layer.performed()?.map(|_| ()))
    }

    /// Returns what is used now.
    pub fn usage(&self) -> Usage {
        let (bytes, nodes) = self.tree.usage();
        Usage { bytes, nodes, open: self.open }
    }

    /// Returns the node of an open directory.
    ///
    /// # Errors
    /// - [`Error::NotDirectory`]: it is not a directory.
    pub(crate) fn directory(&self, file: &OpenFile) -> Result<NodeId, Error> {
        if file.kind == FileKind::Directory { Ok(self.tree.table.id(file.slot)) } else { Err(Error::NotDirectory) }
    }

    /// Starts a walk at an open directory.
    pub(crate) fn walk(&mut self, at: &OpenFile) -> Result<Walk<'_, L, J>, L::Stop> {
        self.tree.begin();
        let start = self.directory(at)?;
        Ok(Walk::new(&self.tree, start, &mut self.above))
    }

    /// Finds the node at a path.
    pub(crate) fn existing(&mut self, at: &OpenFile, path: &str, follow: FollowFinalLink) -> Result<Found, L::Stop> {
        let start = self.directory(at)?;
        self.tree.begin();
        match descend(&self.tree, start, path, follow) {
            Ok(Some(found)) => Ok(found),
            Ok(None) => Ok(self.walk(at)?.resolve(path, follow)?.existing()?),
            // Errors of the path itself come first.
            Err(stop) => {
                path::check(path)?;
                Err(stop)
            }
        }
    }

    /// Finds the node at a path; and its directory, if the layer has mounts.
    #[inline(always)]
    pub(crate) fn existing_in(
        &mut self,
        at: &OpenFile,
        path: &str,
        follow: FollowFinalLink,
    ) -> Result<(Found, Option<NodeId>), L::Stop> {
        if !L::HAS_MOUNTS {
            return Ok((self.existing(at, path, follow)?, None));
        }
        let target = self.walk(at)?.resolve(path, follow)?;
        Ok((target.existing()?, Some(target.directory)))
    }

    /// Walks to the directory of a path's last component; see [`Walk::parent`].
    pub(crate) fn parent<'p>(&mut self, at: &OpenFile, path: &'p str) -> Result<PathTarget<'p>, L::Stop> {
        self.walk(at)?.parent(path)
    }

    /// Walks to a name in a directory and looks it up without following it.
    pub(crate) fn entry<'p>(&mut self, at: &OpenFile, path: &'p str) -> Result<PathTarget<'p>, L::Stop> {
        self.parent(at, path)?.lookup_last(&self.tree)
    }

    /// Walks to a name that the operation is about to make; returns the directory and the name.
    ///
    /// # Errors
    /// - [`Error::Exist`]: the name exists, or is `.` or `..`.
    /// - [`Error::NotDirectory`]: the path ends in `/` after a file, and the operation makes no directory.
    /// - [`Error::NoEntry`]: the path ends in `/` and the operation makes no directory; or the directory was removed.
    /// - Those of [`Walk::parent`].
    pub(crate) fn resolve_new_entry<'p>(
        &mut self,
        at: &OpenFile,
        path: &'p str,
        is_directory: bool,
    ) -> Result<(NodeId, &'p [u8]), L::Stop> {
        let target = self.entry(at, path)?;
        let is_wrong = target.must_be_directory && !is_directory;
        let (Step::Name(name), None) = (target.last(), target.found) else {
            let is_file = target.found.is_some_and(|found| found.kind == FileKind::RegularFile);
            return Err(if is_wrong && is_file { Error::NotDirectory } else { Error::Exist }.into());
        };
        if is_wrong || self.tree.is_removed(target.directory) {
            return Err(Error::NoEntry.into());
        }
        Ok((target.directory, name))
    }
}

/// # Errors
/// - [`Error::ReadOnly`]: `file` permits no changes.
pub(crate) fn may_change(file: &OpenFile) -> Result<(), Error> {
    if file.changes == ChangeRight::Refused { Err(Error::ReadOnly) } else { Ok(()) }
}
