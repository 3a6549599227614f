//! The filesystem: the tree, the time, and what is open.

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

/// A filesystem: a layer and the changes over it. `J` is what it keeps so that it can say what changed.
pub struct Volume<L: Layer, C: Clock, J: Journal = Untracked> {
    pub(crate) tree: Tree<L, J>,
    pub(crate) time: Time<C>,
    pub(crate) max_open: u32,
    pub(crate) open: u32,
    /// Memory for the walks.
    above: Vec<NodeId>,
}

/// A filesystem over an image.
pub type Fs<'i, C> = Volume<ImageLayer<'i>, C>;

impl<'i, C: Clock> Fs<'i, C> {
    /// A filesystem over an image, or an empty one. The image is not looked at but for its root.
    ///
    /// # Errors
    /// - [`Error::Io`]: the image's root is damaged or not a directory.
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    pub fn new(image: Option<Image<'i>>, clock: C, limits: Limits) -> Result<Self, Error> {
        Self::over(ImageLayer::new(image), clock, limits)
    }
}

impl<L: Layer, C: Clock, J: Journal> Volume<L, C, J> {
    /// A filesystem over a layer, of which only the root is looked at.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    /// - Those of [`Layer::root`].
    pub fn over(layer: L, clock: C, limits: Limits) -> Result<Self, L::Stop> {
        let time = Time::new(clock, layer.build_time());
        let tree = Tree::new(layer, limits)?;
        Ok(Self { tree, time, max_open: limits.max_open, open: 0, above: Vec::new() })
    }

    /// What became of the change that this operation has asked the layer for, if it has: then it is over.
    #[inline]
    pub(crate) fn performed(&mut self) -> Option<Result<(), L::Stop>> {
        Some(self.tree.layer.performed()?.map(|_| ()))
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
    pub(crate) fn walk(&mut self, at: &OpenFile) -> Result<Walk<'_, L, J>, L::Stop> {
        self.tree.begin();
        let start = self.directory(at)?;
        Ok(Walk::new(&self.tree, start, &mut self.above))
    }

    /// What is at a path.
    pub(crate) fn existing(&mut self, at: &OpenFile, path: &str, follow: FollowFinalLink) -> Result<Found, L::Stop> {
        let start = self.directory(at)?;
        self.tree.begin();
        match descend(&self.tree, start, path, follow) {
            Ok(Some(found)) => Ok(found),
            Ok(None) => Ok(self.walk(at)?.resolve(path, follow)?.existing()?),
            // What is wrong with the path itself comes first.
            Err(stop) => {
                path::check(path)?;
                Err(stop)
            }
        }
    }

    /// Walks to the directory of a path's last component; see [`Walk::parent`].
    pub(crate) fn parent<'p>(&mut self, at: &OpenFile, path: &'p str) -> Result<PathTarget<'p>, L::Stop> {
        self.walk(at)?.parent(path)
    }

    /// Walks to a name in a directory and looks it up without following it.
    pub(crate) fn entry<'p>(&mut self, at: &OpenFile, path: &'p str) -> Result<PathTarget<'p>, L::Stop> {
        self.parent(at, path)?.lookup_last(&self.tree)
    }

    /// Walks to a name that is to be made: the directory, and the name.
    ///
    /// # Errors
    /// - [`Error::Exist`]: it is there, or is `.` or `..`.
    /// - [`Error::NoEntry`]: the path ends in `/` and no directory is to be made, or the directory was removed.
    /// - Those of [`Walk::parent`].
    pub(crate) fn resolve_new_entry<'p>(
        &mut self,
        at: &OpenFile,
        path: &'p str,
        is_directory: bool,
    ) -> Result<(NodeId, &'p [u8]), L::Stop> {
        let target = self.entry(at, path)?;
        let (Step::Name(name), None) = (target.last(), target.found) else { return Err(Error::Exist.into()) };
        if (target.must_be_directory && !is_directory) || self.tree.is_removed(target.directory) {
            return Err(Error::NoEntry.into());
        }
        Ok((target.directory, name))
    }
}

/// # Errors
/// - [`Error::ReadOnly`]: nothing can be changed through `file`.
pub(crate) fn may_change(file: &OpenFile) -> Result<(), Error> {
    if file.changes == ChangeRight::Refused { Err(Error::ReadOnly) } else { Ok(()) }
}
