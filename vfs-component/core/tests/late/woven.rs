//! A woven tree, the filesystems in it, and short ways to do things with it.

use vfs_core::check::Trust;
use vfs_core::late::{Answer, Answers, ChangePolicy, PathForward, Query, Request, Stop};
use vfs_core::{
    DescriptorFlags, DirStream, Effect, Error, ImageLayer, Limits, Mount, OpenFile, OpenFlags, PlacedName, Rights,
    Stat, Untracked, Volume, Woven,
};
use vfs_image::Image;

use crate::app::{self, Runner, clock};
use crate::host::{Host, Manner};
use crate::step;
use crate::support::{FOLLOW, Item, NO_FOLLOW, READ, READ_WRITE, TestClock, image};
use crate::world::World;

pub type WovenVolume = Volume<Woven<'static>, TestClock>;

/// A woven tree, and the filesystems in it.
pub struct Tree {
    pub volume: WovenVolume,
    pub hosts: Vec<Host>,
}

impl Tree {
    /// A tree of an image, and of filesystems on directories of it, or on directories of filesystems that come before.
    pub fn new(image: &'static [u8], mounts: &[(&str, Option<&'static [u8]>, ChangePolicy, bool)]) -> Self {
        let image = Image::new(image).unwrap();
        let (mut hosts, mut places, mut placed) = (Vec::<Host>::new(), Vec::new(), Vec::new());
        for (filesystem, (path, world, changes, follows_paths)) in (1..).zip(mounts) {
            let world = World::numbered(Woven::number(filesystem, 1000), *world, clock());
            let within = |(place, outer): (usize, &(&str, _, _, _))| {
                let rest = path.strip_prefix(outer.0)?;
                Some((place, rest.strip_prefix('/').or(outer.0.is_empty().then_some(rest))?))
            };
            let around =
                mounts.iter().take(hosts.len()).enumerate().filter_map(within).min_by_key(|(_, rest)| rest.len());
            let covered = match around {
                Some((place, rest)) => {
                    let keeps = mounts[place].2 != ChangePolicy::Through;
                    place_name(&mut placed, &mut hosts[place].world, keeps, rest)
                }
                None => node_at(&image, path),
            };
            places.push(Mount { covered, root: world.first, changes: *changes, follows_paths: *follows_paths });
            hosts.push(Host::new(world, Manner::PROMPT, 1));
        }
        let layer = Woven::new(ImageLayer::new(Some(image)), places, placed).unwrap();
        Self { volume: Volume::over(layer, clock(), Limits::default()).unwrap(), hosts }
    }

    /// A tree of an image, of filesystems whose changes are kept above, and of names that lead to them.
    pub fn placed(image: &'static [u8], mounts: &[(u64, &'static [u8])], names: &[PlacedName]) -> Self {
        let image = Image::new(image).unwrap();
        let (mut hosts, mut places) = (Vec::new(), Vec::new());
        for (filesystem, (covered, world)) in (1..).zip(mounts) {
            let world = World::numbered(Woven::number(filesystem, 1000), Some(world), clock());
            places.push(Mount {
                covered: *covered,
                root: world.first,
                changes: ChangePolicy::AboveLive,
                follows_paths: true,
            });
            hosts.push(Host::new(world, Manner::PROMPT, 1));
        }
        let layer = Woven::new(ImageLayer::new(Some(image)), places, names.to_vec()).unwrap();
        Self { volume: Volume::over(layer, clock(), Limits::default()).unwrap(), hosts }
    }

    /// The effects that were asked for, of all filesystems.
    pub fn effects(&mut self) -> Vec<Effect<Vec<u8>>> {
        self.volume.check(Trust::Untrusted).unwrap();
        self.hosts.iter_mut().flat_map(|host| std::mem::take(&mut host.effects)).collect()
    }
}

/// Places the names of a path in a filesystem. Returns the directory at its end. `keeps`: what the filesystem has not is
/// not asked to change it.
fn place_name(placed: &mut Vec<PlacedName>, world: &mut World, keeps: bool, path: &str) -> u64 {
    let mut directory = world.first;
    let mut names = path.split('/').peekable();
    while let Some(name) = names.next() {
        let name = name.as_bytes();
        let known = placed.iter().find(|placed| placed.directory == directory && placed.name == name);
        if let Some(known) = known {
            directory = known.node;
            continue;
        }
        let (node, is_there) = match names.peek() {
            Some(_) => world.directory(directory, std::str::from_utf8(name).unwrap()),
            None => (Woven::made(placed.len() as u32), true),
        };
        placed.push(PlacedName { directory, name: name.to_vec(), node, is_read_only: !is_there && !keeps });
        directory = node;
    }
    directory
}

/// The number of a directory of an image.
pub fn node_at(image: &Image<'_>, path: &str) -> u64 {
    let mut node = image.root();
    for name in path.split('/').filter(|name| !name.is_empty()) {
        let inode = image.inode(node).unwrap();
        node = image.lookup(&inode, name.as_bytes()).unwrap().unwrap().nid;
    }
    node.0
}

/// Has the filesystem answer that a request is for.
pub fn answer(hosts: &mut [Host], request: &Request, bytes: &[u8]) -> Result<Answer, Error> {
    let number = match request {
        Request::Query(query) => match query {
            Query::Inode { node: number }
            | Query::Open { node: number, .. }
            | Query::OpenListing { directory: number }
            | Query::BeforeChange { node: number }
            | Query::Identity { node: number }
            | Query::Lookup { directory: number, .. }
            | Query::List { directory: number, .. }
            | Query::ReadLink { link: number }
            | Query::Read { file: number, .. } => *number,
        },
        Request::Effect(effect) => match effect {
            Effect::Create { directory: number, .. }
            | Effect::Truncate { file: number, .. }
            | Effect::CreateDirectory { directory: number, .. }
            | Effect::Symlink { directory: number, .. }
            | Effect::Link { node: number, .. }
            | Effect::Rename { from: number, .. }
            | Effect::Unlink { directory: number, .. }
            | Effect::RemoveDirectory { directory: number, .. }
            | Effect::SetSize { file: number, .. }
            | Effect::SetTimes { node: number, .. }
            | Effect::Write { file: number, .. }
            | Effect::Sync { node: number, .. } => *number,
        },
    };
    host_of(hosts, number).answer(request, bytes)
}

/// The filesystem that has a node.
fn host_of(hosts: &mut [Host], number: u64) -> &mut Host {
    let host = hosts.iter_mut().find(|host| host.world.numbers().contains(&number));
    host.expect("a filesystem is asked about its own nodes")
}

impl Runner for Tree {
    type Layer = Woven<'static>;
    type Journal = Untracked;

    fn volume(&mut self) -> &mut WovenVolume {
        &mut self.volume
    }

    fn run<T>(&mut self, bytes: &[u8], operation: impl FnMut(&mut WovenVolume) -> Result<T, Stop>) -> Result<T, Error> {
        let Self { volume, hosts } = self;
        app::run(volume, |request| answer(hosts, request, bytes), operation)
    }

    fn next(&mut self, stream: &mut DirStream, answers: &mut Answers) -> Result<Option<String>, Error> {
        let Self { volume, hosts } = self;
        app::next(volume, |request| answer(hosts, request, &[]), stream, answers)
    }
}

/// A woven tree with its root open, and short ways to do things.
pub struct Test {
    pub tree: Tree,
    pub root: OpenFile,
}

impl Test {
    /// Two filesystems: `project`, and `over/data` with the same files. The image has files of its own.
    pub fn new(changes: ChangePolicy) -> Self {
        Self::with(changes, false)
    }

    /// The same; the filesystems may follow paths.
    pub fn with(changes: ChangePolicy, follows: bool) -> Self {
        let items = [
            ("etc", Item::Directory),
            ("etc/config", Item::File(b"of the image")),
            ("link", Item::Link("project/dir/file")),
            ("over", Item::Directory),
            ("over/data", Item::Directory),
            ("over/data/hidden", Item::File(b"hidden")),
            ("project", Item::Directory),
        ];
        let world = [
            ("dir", Item::Directory),
            ("dir/file", Item::File(b"of the host")),
            ("dir/out", Item::Link("../../etc/config")),
            ("dir/far", Item::Link("../../../etc/config")),
            ("empty", Item::Directory),
            ("loop", Item::Link("../project/loop")),
        ];
        let (image, world): (&'static [u8], &'static [u8]) = (image(&items).leak(), image(&world).leak());
        let mut tree = Tree::new(
            image,
            &[("project", Some(world), changes, follows), ("over/data", Some(world), changes, follows)],
        );
        let root = tree.run(&[], |volume| volume.open_root(Rights::default())).unwrap();
        Self { tree, root }
    }

    pub fn run<T>(&mut self, mut act: impl FnMut(&mut WovenVolume, &OpenFile) -> Result<T, Stop>) -> Result<T, Error> {
        let Self { tree, root } = self;
        tree.run(b"bytes", |volume| act(volume, root))
    }

    pub fn stat(&mut self, path: &str) -> Result<Stat, Error> {
        let Self { tree: Tree { volume, hosts }, root } = self;
        if let Some(PathForward { node, path }) = volume.forward_path(root, path) {
            match host_of(hosts, node).world.stat_path(node, path) {
                Err(Error::NotPermitted | Error::Loop) => {}
                answer => return answer,
            }
        }
        self.run(|volume, root| volume.stat_at(root, path, FOLLOW))
    }

    pub fn open(&mut self, path: &str, open: OpenFlags, flags: DescriptorFlags) -> Result<OpenFile, Error> {
        let Self { tree: Tree { volume, hosts }, root } = self;
        if open == OpenFlags::NONE
            && let Some(PathForward { node, path }) = volume.forward_open(root, path, flags)
        {
            let opened = match host_of(hosts, node).world.open_path(node, path, flags) {
                Err(Error::NotPermitted | Error::Loop) => Ok(None),
                opened => opened.map(Some),
            };
            let file = volume.finish_forwarded(root, opened.ok().flatten(), flags).unwrap();
            if let Some(file) = opened.map(|_| file)? {
                return Ok(file);
            }
        }
        self.run(|volume, root| volume.open_at(root, path, FOLLOW, open, flags))
    }

    pub fn directory(&mut self, path: &str) -> OpenFile {
        self.open(path, OpenFlags::DIRECTORY, READ).unwrap()
    }

    /// What a file has in it.
    pub fn text(&mut self, path: &str) -> Result<String, Error> {
        let file = self.open(path, OpenFlags::NONE, READ)?;
        let bytes = self.run(|volume, _| step::read(volume, &file, 0, 100));
        self.tree.volume.close(file);
        Ok(String::from_utf8(bytes?).unwrap())
    }

    /// Writes `bytes` at the start of a file, which is made if it is not there.
    pub fn write(&mut self, path: &str) -> Result<(), Error> {
        let file = self.open(path, OpenFlags::CREATE, READ_WRITE)?;
        let written = self.run(|volume, _| volume.write(&file, 0, b"bytes"));
        self.tree.volume.close(file);
        written
    }

    pub fn rename(&mut self, old: &str, new: &str) -> Result<(), Error> {
        self.run(|volume, root| volume.rename_at(root, old, root, new))
    }

    pub fn link(&mut self, old: &str, new: &str) -> Result<(), Error> {
        self.run(|volume, root| volume.link_at(root, old, NO_FOLLOW, root, new))
    }

    pub fn create_dir(&mut self, path: &str) -> Result<(), Error> {
        self.run(|volume, root| volume.create_dir_at(root, path))
    }

    pub fn remove_dir(&mut self, path: &str) -> Result<(), Error> {
        self.run(|volume, root| volume.remove_dir_at(root, path))
    }

    pub fn unlink(&mut self, path: &str) -> Result<(), Error> {
        self.run(|volume, root| volume.unlink_file_at(root, path))
    }

    pub fn names(&mut self, path: &str) -> Vec<String> {
        let directory = self.directory(path);
        let mut stream = self.run(|volume, _| volume.read_dir(&directory)).unwrap();
        let (mut names, mut answers) = (Vec::new(), Answers::new());
        while let Some(name) = self.tree.next(&mut stream, &mut answers).unwrap() {
            names.push(name);
        }
        self.tree.volume.close_dir(stream);
        self.tree.volume.close(directory);
        names.sort();
        names
    }
}
