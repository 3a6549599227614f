//! The core as a side of the comparison.

use vfs_core::check::Trust;
use vfs_core::{
    DescriptorFlags, Error, FileKind, FollowFinalLink, Journal, Limits, NewTimestamp, OpenFile, OpenFlags, Stat,
    Timestamp, Untracked,
};
use vfs_plan::{
    Answer, At, Facts, ITEMS, Item, Kind, NewTime, Op, SLOTS, STREAMS, Side, Tree, pattern, read_in_pieces, summary,
};

use crate::listing::Listing;
use crate::support::{self, FOLLOW, NO_FOLLOW, Options, Test, TestFs, list};

/// The time in the test: seconds that count as "now".
const NOW: u64 = 2_000_000_000;

/// The image that the plans' tree is in.
pub fn lower() -> Vec<u8> {
    let item = |item: &Item| match *item {
        Item::Directory => support::Item::Directory,
        Item::File(bytes) => support::Item::File(bytes),
        Item::Link(target) => support::Item::Link(target),
        Item::Same(other) => support::Item::Same(other),
    };
    support::image(&ITEMS.iter().map(|(path, what)| (*path, item(what))).collect::<Vec<_>>())
}

/// A filesystem, and what is open of it.
pub struct Ours<'i, J: Journal = Untracked> {
    pub test: Test<'i, J>,
    pub files: [Option<OpenFile>; SLOTS],
    listings: [Option<Listing>; STREAMS],
    is_empty: bool,
    /// After how many operations the tree is checked, and how many are left.
    check_every: usize,
    left: usize,
}

impl<'i> Ours<'i> {
    pub fn new(image: Option<&'i [u8]>, check_every: usize) -> Self {
        Self { check_every, left: check_every, ..Self::limited(image, Limits::default()) }
    }

    /// With quotas. It is left to others to check the tree.
    pub fn limited(image: Option<&'i [u8]>, limits: Limits) -> Self {
        Self::journaled(image, limits)
    }
}

impl<'i, J: Journal> Ours<'i, J> {
    /// The same with a journal to choose.
    pub fn journaled(image: Option<&'i [u8]>, limits: Limits) -> Self {
        let test = Test::journaled(image, Options { limits, ..Options::default() });
        test.tick(NOW);
        let (files, listings) = ([const { None }; SLOTS], [const { None }; STREAMS]);
        Self { test, files, listings, is_empty: image.is_none(), check_every: usize::MAX, left: usize::MAX }
    }

    fn check(&self) {
        self.test.fs.check(Trust::Sound).unwrap();
    }

    /// Ends the listings, removes everything and closes everything: nothing may be left counted.
    pub fn end(mut self) {
        for listing in self.listings.iter_mut().filter_map(Option::take) {
            listing.end(&mut self.test.fs);
        }
        self.check();
        remove_all(&mut self.test, ".");
        self.check();
        for file in self.files.into_iter().flatten() {
            self.test.fs.close(file);
        }
        let Test { mut fs, root, .. } = self.test;
        fs.close(root);
        let usage = fs.usage();
        assert_eq!((usage.bytes, usage.open), (0, 0));
        assert!(usage.nodes <= u32::from(!self.is_empty), "only the root of an image is left changed");
    }

    fn on_slot(&mut self, slot: usize, op: &Op) -> Result<String, Error> {
        let Test { fs, .. } = &mut self.test;
        let Some(file) = &self.files[slot] else { return Ok(String::new()) };
        match op {
            Op::Read { offset, length, .. } => {
                let mut gather = Vec::new();
                return fs.read(file, *offset, *length as u64, &mut gather).map(summary);
            }
            Op::Write { offset, length, byte, .. } => fs.write(file, *offset, &pattern(*byte, *length))?,
            Op::Append { length, byte, .. } => fs.append(file, &pattern(*byte, *length))?,
            Op::SetSize { size, .. } => fs.set_size(file, *size)?,
            Op::SetTimes { accessed, modified, .. } => fs.set_times(file, time(*accessed), time(*modified))?,
            Op::Stat { .. } => return fs.stat(file).map(|stat| facts(&stat).to_string()),
            Op::Flags { .. } => return Ok(flags(fs, file)),
            Op::Same { other, .. } => {
                let Some(other) = &self.files[*other] else { return Ok(String::new()) };
                let same = fs.is_same(file, other)?;
                assert_eq!(fs.metadata_hash(file) == fs.metadata_hash(other), same);
                return Ok(same.to_string());
            }
            Op::Sync { .. } => {
                fs.sync(file)?;
                fs.sync_data(file)?;
            }
            Op::List { .. } => {
                let mut names: Vec<_> = list(fs, file)?.into_iter().map(|(name, _)| name).collect();
                names.sort_unstable();
                return Ok(names.join(" "));
            }
            Op::ReadDir { stream, .. } => {
                let listing = Listing::new(fs, file)?;
                if let Some(old) = self.listings[*stream].replace(listing) {
                    old.end(fs);
                }
            }
            _ => {}
        }
        Ok(String::new())
    }

    fn on_path(&mut self, op: &Op) -> Result<String, Error> {
        let Self { test: Test { fs, root, .. }, files, .. } = self;
        let base = |at: &At| at.and_then(|slot| files[slot].as_ref()).unwrap_or(root);
        match op {
            Op::Open { slot, at, path, follow: f, open, flags } => {
                let (open, flags) = (OpenFlags::from_bits(*open), DescriptorFlags::from_bits(*flags));
                let file = fs.open_at(base(at), path, follow(*f), open, flags)?;
                if let Some(old) = files[*slot].replace(file) {
                    fs.close(old);
                }
            }
            Op::StatAt { at, path, follow: f } => {
                return fs.stat_at(base(at), path, follow(*f)).map(|stat| facts(&stat).to_string());
            }
            Op::SetTimesAt { at, path, follow: f, accessed, modified } => {
                fs.set_times_at(base(at), path, follow(*f), time(*accessed), time(*modified))?;
            }
            Op::CreateDir { at, path } => fs.create_dir_at(base(at), path)?,
            Op::RemoveDir { at, path } => fs.remove_dir_at(base(at), path)?,
            Op::Unlink { at, path } => fs.unlink_file_at(base(at), path)?,
            Op::Symlink { at, target, path } => fs.symlink_at(target, base(at), path)?,
            Op::ReadLink { at, path } => return fs.readlink_at(base(at), path).map(str::to_owned),
            Op::Link { from, from_path, follow: f, to, to_path } => {
                fs.link_at(base(from), from_path, follow(*f), base(to), to_path)?;
            }
            Op::Rename { from, from_path, to, to_path } => fs.rename_at(base(from), from_path, base(to), to_path)?,
            _ => {}
        }
        Ok(String::new())
    }
}

impl<J: Journal> Side for Ours<'_, J> {
    fn run(&mut self, op: &Op) -> Answer {
        let result = match op {
            Op::Close { slot } => {
                if let Some(old) = self.files[*slot].take() {
                    self.test.fs.close(old);
                }
                Ok(String::new())
            }
            Op::Next { stream, count } => {
                let Self { test: Test { fs, .. }, listings, .. } = self;
                listings[*stream].as_mut().map_or(Ok(()), |listing| listing.next(fs, *count)).map(|()| String::new())
            }
            _ => match op.file() {
                Some(slot) => self.on_slot(slot, op),
                None => self.on_path(op),
            },
        };
        for listing in self.listings.iter_mut().flatten() {
            listing.observe(&mut self.test.fs);
        }
        self.left -= 1;
        if self.left == 0 {
            self.left = self.check_every;
            self.check();
        }
        result.map_err(|error| name(error).to_owned())
    }

    fn open_contents(&mut self, slot: usize) -> Option<String> {
        let fs = &self.test.fs;
        let file = self.files[slot].as_ref().filter(|file| fs.check_readable(file).is_ok())?;
        Some(contents(fs, file, fs.stat(file).unwrap().size))
    }
}

impl<J: Journal> Tree for Ours<'_, J> {
    fn names(&mut self, directory: &str) -> Vec<String> {
        self.test.names(directory)
    }

    fn look(&mut self, path: &str) -> (Facts, (u64, u64)) {
        let Test { fs, root, .. } = &mut self.test;
        let stat = fs.stat_at(root, path, NO_FOLLOW).unwrap();
        (facts(&stat), fs.metadata_hash_at(root, path, NO_FOLLOW).unwrap())
    }

    fn target(&mut self, path: &str) -> String {
        self.test.fs.readlink_at(&self.test.root, path).unwrap().to_owned()
    }

    fn contents(&mut self, path: &str, size: u64) -> String {
        let file = self.test.open(path, OpenFlags::NONE, DescriptorFlags::READ).unwrap();
        let contents = contents(&self.test.fs, &file, size);
        self.test.fs.close(file);
        contents
    }
}

fn contents(fs: &TestFs<'_, impl Journal>, file: &OpenFile, size: u64) -> String {
    let mut gather = Vec::new();
    read_in_pieces(size, |offset, length| {
        let mut all = Vec::new();
        while all.len() < length {
            let piece = fs.read(file, offset + all.len() as u64, (length - all.len()) as u64, &mut gather).unwrap();
            assert!(!piece.is_empty(), "the end comes too soon");
            all.extend_from_slice(piece);
        }
        all
    })
}

pub fn follow(follow: bool) -> FollowFinalLink {
    if follow { FOLLOW } else { NO_FOLLOW }
}

pub fn time(new: NewTime) -> NewTimestamp {
    match new {
        NewTime::Keep => NewTimestamp::NoChange,
        NewTime::Now => NewTimestamp::Now,
        NewTime::At(seconds) => NewTimestamp::At(Timestamp { seconds, nanoseconds: 0 }),
    }
}

pub fn facts(stat: &Stat) -> Facts {
    let kind = match stat.kind {
        FileKind::Directory => Kind::Directory,
        FileKind::SymbolicLink => Kind::Link,
        _ => Kind::File,
    };
    let (accessed, modified) = (stat.accessed.seconds, stat.modified.seconds);
    Facts { kind, links: stat.links, size: stat.size, accessed, modified }
}

fn flags(fs: &TestFs<'_, impl Journal>, file: &OpenFile) -> String {
    let flags = fs.flags(file);
    let has = |flag, letter| if flags.contains(flag) { letter } else { "" };
    match fs.kind(file) {
        FileKind::Directory => "directory".to_owned(),
        _ => format!("{}{}", has(DescriptorFlags::READ, "r"), has(DescriptorFlags::WRITE, "w")),
    }
}

pub fn name(error: Error) -> &'static str {
    match error {
        Error::BadDescriptor => "bad-descriptor",
        Error::Busy => "busy",
        Error::Exist => "exist",
        Error::FileTooLarge => "file-too-large",
        Error::InsufficientSpace => "insufficient-space",
        Error::Invalid => "invalid",
        Error::IsDirectory => "is-directory",
        Error::Loop => "loop",
        Error::NameTooLong => "name-too-long",
        Error::NoEntry => "no-entry",
        Error::NotDirectory => "not-directory",
        Error::NotEmpty => "not-empty",
        Error::NotPermitted => "not-permitted",
        Error::ReadOnly => "read-only",
        Error::Io => "io",
        Error::Overflow => "overflow",
        error => panic!("{error}, which no plan can cause"),
    }
}

fn remove_all(test: &mut Test<'_, impl Journal>, directory: &str) {
    for name in test.names(directory) {
        let path = format!("{directory}/{name}");
        if test.stat(&path).unwrap().kind == FileKind::Directory {
            remove_all(test, &path);
            test.rmdir(&path).unwrap();
        } else {
            test.unlink(&path).unwrap();
        }
    }
}
