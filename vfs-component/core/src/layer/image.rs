//! An image as a layer: it answers everything at once, and lends bytes and names in place.

use alloc::format;
use alloc::string::String;
use core::convert::Infallible;

use vfs_image::{FileKind, Image, Inode, Nid, Timestamp};

use super::{Effect, ImageExtents, Layer, LayerInode, LayerNode, Listed, Performed};
use crate::name_cache::NameCache;
use crate::path::Component;
use crate::{DescriptorFlags, Error, Stat};

/// An image, or no files at all.
pub struct ImageLayer<'i> {
    image: Option<Image<'i>>,
    /// Names that were found in directories of the image.
    names: NameCache<'i>,
}

impl<'i> ImageLayer<'i> {
    /// Makes the layer of an image, or an empty one. Does not read the image.
    #[must_use]
    pub const fn new(image: Option<Image<'i>>) -> Self {
        Self { image, names: NameCache::new() }
    }

    fn image(&self) -> Result<&Image<'i>, Error> {
        self.image.as_ref().ok_or(Error::Io)
    }
}

impl<'i> Layer for ImageLayer<'i> {
    type Stop = Error;
    type Inode = Inode;
    type Bytes = &'i [u8];
    type Contents = ImageExtents<'i>;
    type Hidden = ();
    type Through = Infallible;

    fn root(&self) -> Result<Option<u64>, Error> {
        let Some(image) = &self.image else { return Ok(None) };
        let root = image.root();
        if image.inode(root)?.kind == FileKind::Directory { Ok(Some(root.0)) } else { Err(Error::Io) }
    }

    fn build_time(&self) -> Timestamp {
        self.image.as_ref().map_or(Timestamp::default(), Image::build_time)
    }

    #[inline]
    fn inode(&self, number: u64) -> Result<Inode, Error> {
        Ok(self.image()?.inode(Nid(number))?)
    }

    #[inline]
    fn recall(&self, directory: u64, name: Component<'_>) -> Option<LayerNode> {
        self.names.get(Nid(directory), name)
    }

    #[inline]
    fn lookup(&self, directory: &Inode, name: Component<'_>) -> Result<Option<LayerNode>, Error> {
        let Some(entry) = self.image()?.lookup(directory, name.text)? else { return Ok(None) };
        self.names.insert(directory.nid, name.hash, &entry);
        Ok(Some(LayerNode { number: entry.nid.0, kind: entry.kind }))
    }

    fn forget(&self, directory: u64, name: &[u8]) {
        self.names.forget(Nid(directory), name);
    }

    #[inline]
    fn make_room(&mut self) {
        self.names.make_room();
    }

    #[inline]
    fn entry_after(&self, directory: &Inode, cursor: u64) -> Result<Option<Listed<&[u8]>>, Error> {
        let Some(item) = self.image()?.entries(directory, cursor).next() else { return Ok(None) };
        let (cursor, entry) = item?;
        Ok(Some(Listed { cursor, name: entry.name, node: LayerNode { number: entry.nid.0, kind: entry.kind } }))
    }

    fn entries(&self, directory: &Inode) -> Result<impl Iterator<Item = Result<Listed<&'i [u8]>, Error>>, Error> {
        let mut last = &[][..];
        Ok(self.image()?.entries(directory, 0).map(move |item| {
            let (cursor, entry) = item?;
            // In ascending order, no name occurs twice.
            if entry.name <= last {
                return Err(Error::Io);
            }
            last = entry.name;
            Ok(Listed { cursor, name: entry.name, node: LayerNode { number: entry.nid.0, kind: entry.kind } })
        }))
    }

    fn parent(&self, directory: &Inode) -> Result<u64, Error> {
        Ok(self.image()?.parent(directory)?.0)
    }

    fn read_link(&self, link: &Inode) -> Result<&[u8], Error> {
        let target = self.image()?.link_target(link)?;
        if target.contains(&0) { Err(Error::Io) } else { Ok(target) }
    }

    #[inline]
    fn contents(&self, file: &Inode) -> Result<ImageExtents<'i>, Error> {
        ImageExtents::new(self.image()?, file)
    }

    #[inline]
    fn run<'a>(&'a self, contents: &'a ImageExtents<'i>, offset: u64, length: u64) -> Result<&'a [u8], Error> {
        Ok(contents.run(offset, length))
    }

    #[inline]
    fn lend(&self, contents: &ImageExtents<'i>, offset: u64, length: u64) -> Option<&'i [u8]> {
        Some(contents.run(offset, length)).filter(|run| !run.is_empty())
    }

    #[inline]
    fn passes_through(&self, _number: u64) -> Option<Infallible> {
        None
    }

    #[inline]
    fn is_live(&self, _number: u64) -> Option<Infallible> {
        None
    }

    fn perform(&self, through: Infallible, _effect: Effect<&[u8]>) -> Result<Performed<Inode>, Error> {
        match through {}
    }

    fn read(&self, through: Infallible, _offset: u64, _length: u64) -> Result<&[u8], Error> {
        match through {}
    }

    fn open(&self, through: Infallible, _flags: DescriptorFlags) -> Result<Inode, Error> {
        match through {}
    }

    fn open_listing(&self, through: Infallible) -> Result<Inode, Error> {
        match through {}
    }

    fn before_change(&self, through: Infallible) -> Result<Inode, Error> {
        match through {}
    }

    fn identity(&self, through: Infallible) -> Result<u64, Error> {
        match through {}
    }

    fn check_recalled(&self, is_own: impl Fn(u64) -> bool) -> Result<(), String> {
        let Some(image) = &self.image else { return Ok(()) };
        for (directory, name, node, kind) in self.names.known() {
            let name_of = || format!("{:?} in node {} of the image", String::from_utf8_lossy(name), directory.0);
            if is_own(directory.0) {
                return Err(format!("{} is known, but the directory was copied up", name_of()));
            }
            let found = image.inode(directory).and_then(|inode| image.lookup(&inode, name));
            if !matches!(found, Ok(Some(entry)) if entry.nid == node && entry.kind == kind) {
                return Err(format!("{} is known as node {}, but found as {found:?}", name_of(), node.0));
            }
        }
        Ok(())
    }
}

impl LayerInode for Inode {
    #[inline]
    fn number(&self) -> u64 {
        self.nid.0
    }

    #[inline]
    fn kind(&self) -> FileKind {
        self.kind
    }

    #[inline]
    fn stat(&self) -> Stat {
        Stat {
            kind: self.kind,
            // A node that was reached has a name, whatever a damaged image says; one without names would be freed.
            links: u64::from(self.links.max(1)),
            size: self.size,
            accessed: self.modified,
            modified: self.modified,
            changed: self.modified,
        }
    }
}
