//! Filesystems to test, empty or over an image.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::collections::HashMap;

use vfs_core::{
    Clock, DescriptorFlags, DirectoryRights, Error, FollowFinalLink, ImageLayer, Journal, Limits, OpenFile, OpenFlags,
    Rights, Stat, Timestamp, Untracked, Volume,
};
use vfs_image::{Attributes, Image, Layout, Tree};

/// The build time of every image here, and the time of everything in it.
pub const BUILT: Timestamp = Timestamp { seconds: 1_000, nanoseconds: 5 };

pub const READ: DescriptorFlags = DescriptorFlags::READ;
pub const WRITE: DescriptorFlags = DescriptorFlags::WRITE;
pub const READ_WRITE: DescriptorFlags = DescriptorFlags::from_bits(3);
pub const FOLLOW: FollowFinalLink = FollowFinalLink::Yes;
pub const NO_FOLLOW: FollowFinalLink = FollowFinalLink::No;

/// A clock that the test sets; it stands still in between.
#[derive(Clone, Default)]
pub struct TestClock(pub std::rc::Rc<std::cell::Cell<u64>>);

impl Clock for TestClock {
    fn now(&mut self) -> Option<Timestamp> {
        Some(Timestamp { seconds: self.0.get(), nanoseconds: 0 })
    }
}

/// No clock.
pub struct NoClock;

impl Clock for NoClock {
    fn now(&mut self) -> Option<Timestamp> {
        None
    }
}

/// What can be in an image. Directories come before what is in them.
#[derive(Clone, Copy)]
pub enum Item<'a> {
    Directory,
    File(&'a [u8]),
    Link(&'a str),
    /// One more name of a file that came before.
    Same(&'a str),
}

/// An image with these paths in it.
pub fn image(items: &[(&str, Item<'_>)]) -> Vec<u8> {
    let attributes = Attributes { mode: 0o755, modified: BUILT };
    let mut tree = Tree::new(attributes);
    let mut nodes = HashMap::from([("", tree.root())]);
    for &(path, item) in items {
        let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
        let (directory, name) = (nodes[directory], name.as_bytes());
        let node = match item {
            Item::Directory => tree.add_directory(directory, name, attributes),
            Item::File(bytes) => tree.add_file(directory, name, attributes, bytes.len() as u64, bytes.to_vec()),
            Item::Link(target) => tree.add_symlink(directory, name, attributes, target.as_bytes()),
            Item::Same(other) => tree.link(directory, name, nodes[other]).map(|()| nodes[other]),
        };
        nodes.insert(path, node.unwrap());
    }
    let layout = Layout::new(&tree, BUILT).unwrap();
    let mut bytes = Vec::new();
    layout.write(&mut bytes, |source| Ok(std::io::Cursor::new(source.clone())), |_| {}).unwrap();
    bytes
}

/// The limits of a volume, and the rights with which its root is opened.
#[derive(Clone, Copy, Default)]
pub struct Options {
    pub read_only: bool,
    pub directory_rights: DirectoryRights,
    pub limits: Limits,
}

/// A filesystem over an image.
pub type TestFs<'i, J = Untracked> = Volume<ImageLayer<'i>, TestClock, J>;

/// A filesystem with its root open, and short ways to do common things.
pub struct Test<'i, J: Journal = Untracked> {
    pub fs: TestFs<'i, J>,
    pub root: OpenFile,
    pub clock: TestClock,
}

impl<'i> Test<'i> {
    pub fn with(image: Option<&'i [u8]>, options: Options) -> Self {
        Self::journaled(image, options)
    }

    pub fn empty() -> Self {
        Self::with(None, Options::default())
    }

    pub fn limited(limits: Limits) -> Self {
        Self::with(None, Options { limits, ..Options::default() })
    }

    pub fn over(image: &'i [u8]) -> Self {
        Self::with(Some(image), Options::default())
    }

    pub fn read_only(image: &'i [u8]) -> Self {
        Self::with(Some(image), Options { read_only: true, ..Options::default() })
    }
}

impl<'i, J: Journal> Test<'i, J> {
    /// With a journal to choose.
    pub fn journaled(image: Option<&'i [u8]>, options: Options) -> Self {
        let clock = TestClock::default();
        let image = image.map(|bytes| Image::new(bytes).unwrap());
        let Options { read_only, directory_rights, limits } = options;
        let mut fs = Volume::over(ImageLayer::new(image), clock.clone(), limits).unwrap();
        let root = fs.open_root(Rights { read_only, directory_rights }).unwrap();
        Self { fs, root, clock }
    }

    pub fn tick(&self, seconds: u64) {
        self.clock.0.set(seconds);
    }

    pub fn open(&mut self, path: &str, open: OpenFlags, flags: DescriptorFlags) -> Result<OpenFile, Error> {
        self.fs.open_at(&self.root, path, FOLLOW, open, flags)
    }

    /// Makes or cuts a file and writes to it.
    pub fn put(&mut self, path: &str, bytes: &[u8]) {
        let file = self.open(path, OpenFlags::CREATE | OpenFlags::TRUNCATE, WRITE).unwrap();
        self.fs.write(&file, 0, bytes).unwrap();
        self.fs.close(file);
    }

    pub fn mkdir(&mut self, path: &str) {
        self.fs.create_dir_at(&self.root, path).unwrap();
    }

    pub fn symlink(&mut self, target: &str, path: &str) {
        self.fs.symlink_at(target, &self.root, path).unwrap();
    }

    pub fn link(&mut self, from: &str, to: &str) {
        self.fs.link_at(&self.root, from, NO_FOLLOW, &self.root, to).unwrap();
    }

    pub fn rename(&mut self, from: &str, to: &str) -> Result<(), Error> {
        self.fs.rename_at(&self.root, from, &self.root, to)
    }

    pub fn unlink(&mut self, path: &str) -> Result<(), Error> {
        self.fs.unlink_file_at(&self.root, path)
    }

    pub fn rmdir(&mut self, path: &str) -> Result<(), Error> {
        self.fs.remove_dir_at(&self.root, path)
    }

    pub fn stat(&mut self, path: &str) -> Result<Stat, Error> {
        self.fs.stat_at(&self.root, path, NO_FOLLOW)
    }

    /// All of a file's contents.
    pub fn get(&mut self, path: &str) -> Result<Vec<u8>, Error> {
        let file = self.open(path, OpenFlags::NONE, READ)?;
        let bytes = self.contents(&file);
        self.fs.close(file);
        bytes
    }

    pub fn contents(&self, file: &OpenFile) -> Result<Vec<u8>, Error> {
        read_all(&self.fs, file)
    }

    /// The names in a directory, as the stream gives them.
    pub fn names(&mut self, path: &str) -> Vec<String> {
        let directory = self.open(path, OpenFlags::DIRECTORY, READ).unwrap();
        let names = list(&mut self.fs, &directory).unwrap();
        self.fs.close(directory);
        names.into_iter().map(|(name, _)| name).collect()
    }
}

pub fn read_all<C: Clock, J: Journal>(fs: &Volume<ImageLayer<'_>, C, J>, file: &OpenFile) -> Result<Vec<u8>, Error> {
    let (mut all, mut gather) = (Vec::new(), Vec::new());
    loop {
        let piece = fs.read(file, all.len() as u64, u64::MAX, &mut gather)?;
        if piece.is_empty() {
            return Ok(all);
        }
        all.extend_from_slice(piece);
    }
}

pub fn list<C: Clock, J: Journal>(
    fs: &mut Volume<ImageLayer<'_>, C, J>,
    directory: &OpenFile,
) -> Result<Vec<(String, vfs_core::FileKind)>, Error> {
    let mut stream = fs.read_dir(directory)?;
    let mut names = Vec::new();
    while let Some(item) = fs.next_entry(&mut stream)? {
        names.push((item.name.to_owned(), item.kind));
    }
    fs.close_dir(stream);
    Ok(names)
}
