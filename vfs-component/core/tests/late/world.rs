//! The world behind a late layer: a plain filesystem whose nodes have numbers that are never used again.

use std::collections::{BTreeMap, HashMap};

use vfs_core::late::{Answer, LateInode, Query};
use vfs_core::{
    DescriptorFlags, Effect, Error, FileKind, ImageLayer, LayerNode, Limits, Listed, OpenFile, OpenFlags, Performed,
    Rights, Stat, Timestamp, Volume,
};
use vfs_image::Image;

use crate::app::PlainVolume;
use crate::step;
use crate::support::{FOLLOW, NO_FOLLOW, READ, READ_WRITE, TestClock};

/// A filesystem, and what was told of it.
pub struct World {
    pub fs: PlainVolume,
    pub root: OpenFile,
    /// The root's number.
    pub first: u64,
    /// Whether it tells absolute targets of links.
    pub tells_absolute: bool,
    /// By number, from `first` on.
    nodes: Vec<Known>,
    numbers: HashMap<(u64, u64), u64>,
    /// Of each directory: the cursor of each name.
    cursors: HashMap<u64, Cursors>,
}

/// The root's number in a world that is the only one.
pub const FIRST: u64 = 1000;

/// A node that was told of.
struct Known {
    /// Tells it from all others, for ever.
    hash: (u64, u64),
    kind: FileKind,
    /// Keeps it, whatever becomes of its names. Links cannot be opened.
    file: Option<OpenFile>,
    /// Where it was seen last.
    parent: u64,
    name: String,
}

#[derive(Default)]
struct Cursors {
    of: BTreeMap<String, u64>,
    last: u64,
}

impl World {
    pub fn new(image: Option<&'static [u8]>, clock: TestClock) -> Self {
        Self::numbered(FIRST, image, clock)
    }

    /// One whose numbers begin there.
    pub fn numbered(first: u64, image: Option<&'static [u8]>, clock: TestClock) -> Self {
        let image = image.map(|bytes| Image::new(bytes).unwrap());
        let mut fs = Volume::over(ImageLayer::new(image), clock, Limits::default()).unwrap();
        let root = fs.open_root(Rights::default()).unwrap();
        let file = fs.reopen(&root).unwrap();
        let hash = fs.metadata_hash(&root).unwrap();
        let known = Known { hash, kind: FileKind::Directory, file: Some(file), parent: first, name: ".".into() };
        let numbers = HashMap::from([(hash, first)]);
        Self { fs, root, first, tells_absolute: false, nodes: vec![known], numbers, cursors: HashMap::new() }
    }

    fn known(&self, number: u64) -> Result<&Known, Error> {
        number.checked_sub(self.first).and_then(|place| self.nodes.get(place as usize)).ok_or(Error::Io)
    }

    /// All numbers that were told.
    pub fn numbers(&self) -> std::ops::Range<u64> {
        self.first..self.first + self.nodes.len() as u64
    }

    /// An open directory or file, and the filesystem.
    fn open(&mut self, number: u64) -> Result<(&mut PlainVolume, &OpenFile), Error> {
        let place = number.checked_sub(self.first).ok_or(Error::Io)?;
        let file = self.nodes.get(place as usize).and_then(|known| known.file.as_ref()).ok_or(Error::Invalid)?;
        Ok((&mut self.fs, file))
    }

    /// Tells what a name is. What is told of is kept.
    pub fn tell(&mut self, directory: u64, name: &str) -> Result<LateInode, Error> {
        if self.is_missing(directory) {
            return Err(Error::NoEntry);
        }
        let (fs, at) = self.open(directory)?;
        let (stat, hash) = (fs.stat_at(at, name, NO_FOLLOW)?, fs.metadata_hash_at(at, name, NO_FOLLOW)?);
        let known = self.numbers.get(&hash).copied();
        let number = match known {
            Some(number) => number,
            None => {
                let (fs, at) = self.open(directory)?;
                let (open, flags) = match stat.kind {
                    FileKind::Directory => (OpenFlags::DIRECTORY, READ),
                    _ => (OpenFlags::NONE, READ_WRITE),
                };
                let is_link = stat.kind == FileKind::SymbolicLink;
                let file = if is_link { None } else { Some(fs.open_at(at, name, NO_FOLLOW, open, flags)?) };
                let number = self.first + self.nodes.len() as u64;
                self.nodes.push(Known { hash, kind: stat.kind, file, parent: directory, name: String::new() });
                self.numbers.insert(hash, number);
                number
            }
        };
        let known = &mut self.nodes[(number - self.first) as usize];
        (known.parent, known.name) = (directory, name.to_owned());
        Ok(LateInode { number, stat, parent: directory })
    }

    /// The number of a directory, and whether it is there. One that is not stays empty.
    pub fn directory(&mut self, directory: u64, name: &str) -> (u64, bool) {
        match self.tell(directory, name) {
            Ok(LateInode { number, stat: Stat { kind: FileKind::Directory, .. }, .. }) => (number, true),
            _ => {
                let number = self.first + self.nodes.len() as u64;
                let hash = (number, u64::MAX);
                self.nodes.push(Known {
                    hash,
                    kind: FileKind::Directory,
                    file: None,
                    parent: directory,
                    name: name.into(),
                });
                (number, false)
            }
        }
    }

    /// Whether a directory is not there.
    fn is_missing(&self, number: u64) -> bool {
        self.known(number).is_ok_and(|known| known.kind == FileKind::Directory && known.file.is_none())
    }

    /// Where a node is. Looks everywhere if it is not where it was.
    fn place(&mut self, number: u64) -> Result<(u64, String), Error> {
        let &Known { hash, parent, ref name, .. } = self.known(number)?;
        let name = name.clone();
        if let Ok((fs, at)) = self.open(parent)
            && fs.metadata_hash_at(at, &name, NO_FOLLOW) == Ok(hash)
        {
            return Ok((parent, name));
        }
        let mut directories = vec![self.first];
        while let Some(directory) = directories.pop() {
            for name in self.names(directory)? {
                let inode = self.tell(directory, &name)?;
                if inode.number == number {
                    return Ok((directory, name));
                }
                if inode.stat.kind == FileKind::Directory {
                    directories.push(inode.number);
                }
            }
        }
        Err(Error::NoEntry)
    }

    fn names(&mut self, directory: u64) -> Result<Vec<String>, Error> {
        if self.is_missing(directory) {
            return Ok(Vec::new());
        }
        let (fs, at) = self.open(directory)?;
        step::list(fs, at)
    }

    pub fn inode(&mut self, number: u64) -> Result<LateInode, Error> {
        let &Known { kind, parent, .. } = self.known(number)?;
        if self.is_missing(number) {
            let time = Timestamp::default();
            let stat = Stat { kind, links: 2, size: 0, accessed: time, modified: time, changed: time };
            return Ok(LateInode { number, stat, parent });
        }
        let place = self.place(number);
        let parent = match (&place, kind) {
            _ if number == self.first => self.first,
            (Ok((parent, _)), FileKind::Directory) => *parent,
            _ => parent,
        };
        let stat: Stat = match self.open(number) {
            Ok((fs, file)) => fs.stat(file)?,
            Err(_) => {
                let (directory, name) = place?;
                let (fs, at) = self.open(directory)?;
                fs.stat_at(at, &name, NO_FOLLOW)?
            }
        };
        Ok(LateInode { number, stat, parent })
    }

    /// Follows a path to what it leads to.
    pub fn stat_path(&mut self, directory: u64, path: &str) -> Result<Stat, Error> {
        let (fs, at) = self.open(directory)?;
        fs.stat_at(at, path, FOLLOW)
    }

    /// Opens what a path leads to.
    pub fn open_path(&mut self, directory: u64, path: &str, flags: DescriptorFlags) -> Result<LateInode, Error> {
        let (fs, at) = self.open(directory)?;
        let opened = fs.open_at(at, path, FOLLOW, OpenFlags::NONE, flags)?;
        let hash = fs.metadata_hash(&opened)?;
        fs.close(opened);
        let mut directories = vec![self.first];
        while let Some(directory) = directories.pop().filter(|_| !self.numbers.contains_key(&hash)) {
            for name in self.names(directory)? {
                let inode = self.tell(directory, &name)?;
                if inode.stat.kind == FileKind::Directory {
                    directories.push(inode.number);
                }
            }
        }
        self.inode(*self.numbers.get(&hash).ok_or(Error::NoEntry)?)
    }

    /// The entries after a cursor, at most so many.
    pub fn entries(&mut self, directory: u64, cursor: u64, most: usize) -> Result<Answer, Error> {
        let mut entries = Vec::new();
        let names = self.names(directory)?;
        let mut cursors = self.cursors.remove(&directory).unwrap_or_default();
        cursors.of.retain(|name, _| names.contains(name));
        for name in names {
            let cursor = *cursors.of.entry(name.clone()).or_insert_with(|| {
                cursors.last += 3;
                cursors.last
            });
            let inode = self.tell(directory, &name)?;
            let node = LayerNode { number: inode.number, kind: inode.stat.kind };
            entries.push(Listed { cursor, name: name.into_bytes(), node });
        }
        self.cursors.insert(directory, cursors);
        entries.retain(|entry| entry.cursor > cursor);
        entries.sort_by_key(|entry| entry.cursor);
        let is_end = entries.len() <= most;
        entries.truncate(most);
        Ok(Answer::Entries { entries, is_end })
    }

    /// Answers a question, with at most `most` entries, and no more than `bytes` of what was asked for.
    pub fn ask(&mut self, query: &Query, most: usize, bytes: impl FnOnce(u64) -> u64) -> Result<Answer, Error> {
        match query {
            Query::Inode { node } | Query::Open { node, .. } | Query::OpenListing { directory: node } => {
                self.inode(*node).map(Answer::Inode)
            }
            Query::BeforeChange { node } => self.inode(*node).map(Answer::Inode),
            Query::Identity { node } => self.known(*node).map(|known| Answer::Identity(known.hash.0 ^ self.first)),
            Query::Lookup { directory, name } => match self.tell(*directory, text(name)) {
                Ok(inode) => Ok(Answer::Found(Some(inode))),
                Err(Error::NoEntry) => Ok(Answer::Found(None)),
                Err(error) => Err(error),
            },
            Query::List { directory, cursor } => self.entries(*directory, *cursor, most),
            Query::ReadLink { link } => {
                let (directory, name) = self.place(*link)?;
                let tells_absolute = self.tells_absolute;
                let (fs, at) = self.open(directory)?;
                fs.set_absolute_links(tells_absolute);
                let target = fs.readlink_at(at, &name).map(|target| Answer::Bytes(target.as_bytes().to_vec()));
                // It follows none itself.
                fs.set_absolute_links(false);
                target
            }
            Query::Read { file, offset, length } => {
                let (fs, file) = self.open(*file)?;
                let mut gather = Vec::new();
                let read = fs.read(file, *offset, bytes(*length), &mut gather)?;
                Ok(Answer::Bytes(read.to_vec()))
            }
        }
    }

    /// Makes a change.
    pub fn perform(&mut self, effect: &Effect<Vec<u8>>) -> Result<Answer, Error> {
        let mut performed = Performed::Done;
        match effect {
            Effect::Create { directory, name, exclusive, truncate, .. } => {
                let (fs, at) = self.open(*directory)?;
                let mut open = OpenFlags::CREATE;
                for (wanted, flag) in [(exclusive, OpenFlags::EXCLUSIVE), (truncate, OpenFlags::TRUNCATE)] {
                    if *wanted {
                        open = open | flag;
                    }
                }
                let file = fs.open_at(at, text(name), NO_FOLLOW, open, READ_WRITE)?;
                fs.close(file);
                performed = Performed::Opened(self.tell(*directory, text(name))?);
            }
            Effect::Truncate { file, .. } => {
                let (fs, open) = self.open(*file)?;
                fs.set_size(open, 0)?;
                performed = Performed::Opened(self.inode(*file)?);
            }
            Effect::CreateDirectory { directory, name } => {
                let (fs, at) = self.open(*directory)?;
                fs.create_dir_at(at, text(name))?;
            }
            Effect::Symlink { target, directory, name } => {
                let (fs, at) = self.open(*directory)?;
                fs.symlink_at(text(target), at, text(name))?;
            }
            Effect::Link { node, directory, name } => {
                let (from, old) = self.place(*node)?;
                let [from, to] = self.two(from, *directory)?;
                self.fs.link_at(&from, &old, NO_FOLLOW, &to, text(name))?;
                self.close([from, to]);
            }
            Effect::Rename { from, old, to, new } => {
                let [from, to] = self.two(*from, *to)?;
                let result = self.fs.rename_at(&from, text(old), &to, text(new));
                self.close([from, to]);
                result?;
            }
            Effect::Unlink { directory, name } => {
                let (fs, at) = self.open(*directory)?;
                fs.unlink_file_at(at, text(name))?;
            }
            Effect::RemoveDirectory { directory, name } => {
                let (fs, at) = self.open(*directory)?;
                fs.remove_dir_at(at, text(name))?;
            }
            Effect::SetSize { file, size } => {
                let (fs, file) = self.open(*file)?;
                fs.set_size(file, *size)?;
            }
            Effect::SetTimes { node, accessed, modified } => match self.open(*node) {
                Ok((fs, file)) => fs.set_times(file, *accessed, *modified)?,
                Err(_) => {
                    let (directory, name) = self.place(*node)?;
                    let (fs, at) = self.open(directory)?;
                    fs.set_times_at(at, &name, NO_FOLLOW, *accessed, *modified)?;
                }
            },
            Effect::Write { file, offset, bytes } => {
                let (fs, file) = self.open(*file)?;
                match offset {
                    Some(offset) => fs.write(file, *offset, bytes)?,
                    None => fs.append(file, bytes)?,
                }
            }
            Effect::Sync { node, .. } => {
                let (fs, file) = self.open(*node)?;
                fs.sync(file)?;
            }
        }
        Ok(Answer::Performed(performed))
    }

    fn two(&mut self, one: u64, other: u64) -> Result<[OpenFile; 2], Error> {
        let (fs, file) = self.open(one)?;
        let one = fs.reopen(file)?;
        let (fs, file) = self.open(other)?;
        Ok([one, fs.reopen(file)?])
    }

    fn close(&mut self, files: [OpenFile; 2]) {
        files.into_iter().for_each(|file| self.fs.close(file));
    }
}

fn text(name: &[u8]) -> &str {
    std::str::from_utf8(name).unwrap()
}
