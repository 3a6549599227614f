//! Random plans, run here and on a directory of this machine: the same answers, error for error, and the same trees.
//!
//! Meant differences are in docs/deviations.md; plans do not go there, or `expected` translates.
#![cfg(target_os = "linux")]

mod support;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use proptest::prelude::*;
use rustix::fs as host;
use rustix::fs::{AtFlags, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;
use support::{FOLLOW, Item, NO_FOLLOW, Test, image, list, read_all};
use vfs_core::{DescriptorFlags, Error, FileKind, FollowFinalLink, OpenFile, OpenFlags, Options};

const HANDLES: usize = 4;

#[derive(Clone, Debug)]
enum Op {
    Open { slot: usize, at: At, path: String, follow: bool, open: u8, flags: u8 },
    Close { slot: usize },
    Read { slot: usize, offset: u64, length: usize },
    Write { slot: usize, offset: u64, length: usize, byte: u8 },
    Append { slot: usize, length: usize, byte: u8 },
    SetSize { slot: usize, size: u64 },
    Stat { slot: usize },
    List { slot: usize },
    StatAt { at: At, path: String, follow: bool },
    CreateDir { at: At, path: String },
    RemoveDir { at: At, path: String },
    Unlink { at: At, path: String },
    Symlink { at: At, target: String, path: String },
    ReadLink { at: At, path: String },
    Link { from: At, from_path: String, follow: bool, to: At, to_path: String },
    Rename { from: At, from_path: String, to: At, to_path: String },
}

/// Where a path starts: an open file, or the root.
type At = Option<usize>;

fn paths() -> impl Strategy<Value = String> {
    let name = || prop::sample::select(vec!["a", "b", "c", "d"]);
    prop_oneof![
        6 => name().prop_map(str::to_owned),
        4 => (name(), name()).prop_map(|(a, b)| format!("{a}/{b}")),
        2 => (name(), name(), name()).prop_map(|(a, b, c)| format!("{a}/{b}/{c}")),
        1 => name().prop_map(|a| format!("{a}/")),
        1 => (name(), name()).prop_map(|(a, b)| format!("{a}/{b}/")),
        1 => name().prop_map(|a| format!("{a}/.")),
        1 => name().prop_map(|a| format!("{a}/..")),
        1 => (name(), name()).prop_map(|(a, b)| format!("{a}/../{b}")),
        1 => (name(), name()).prop_map(|(a, b)| format!("./{a}//{b}")),
        1 => prop::sample::select(vec![".", "..", "", "./", "../a", "a/../../b", "/a"]).prop_map(str::to_owned),
        1 => name().prop_map(|a| format!("{}/{a}", "n".repeat(256))),
        1 => name().prop_map(|a| format!("{a}/{}", "n".repeat(256))),
    ]
}

fn targets() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => paths().prop_filter("an absolute target is refused when it is made", |path| !path.starts_with('/')),
        1 => Just("../a".to_owned()),
        1 => Just("../b/".to_owned()),
        1 => Just(".".to_owned()),
    ]
}

fn ops() -> impl Strategy<Value = Op> {
    let slot = || 0..HANDLES;
    let at = || prop_oneof![3 => Just(None), 1 => (0..HANDLES).prop_map(Some)];
    let size = || {
        prop_oneof![
            0..300_u64,
            prop::sample::select(vec![0, 1, 4095, 4096, 4097, 65_535, 65_536, 65_537, 131_072, 200_000]),
        ]
    };
    let length = || prop_oneof![3 => 0..200_usize, 1 => prop::sample::select(vec![4096, 65_536, 70_000, 140_000])];
    let flags = prop::sample::select(vec![0, 1, 1, 1, 2, 3, 3, 3]);
    let open = prop::sample::select(vec![0, 0, 0, 1, 1, 1, 2, 2, 3, 5, 8, 9, 13, 4, 12]);
    prop_oneof![
        8 => (slot(), at(), paths(), any::<bool>(), open, flags)
            .prop_map(|(slot, at, path, follow, open, flags)| Op::Open { slot, at, path, follow, open, flags }),
        2 => slot().prop_map(|slot| Op::Close { slot }),
        3 => (slot(), size(), length()).prop_map(|(slot, offset, length)| Op::Read { slot, offset, length }),
        4 => (slot(), size(), length(), any::<u8>())
            .prop_map(|(slot, offset, length, byte)| Op::Write { slot, offset, length, byte }),
        2 => (slot(), length(), any::<u8>()).prop_map(|(slot, length, byte)| Op::Append { slot, length, byte }),
        2 => (slot(), size()).prop_map(|(slot, size)| Op::SetSize { slot, size }),
        2 => slot().prop_map(|slot| Op::Stat { slot }),
        2 => slot().prop_map(|slot| Op::List { slot }),
        2 => (at(), paths(), any::<bool>()).prop_map(|(at, path, follow)| Op::StatAt { at, path, follow }),
        4 => (at(), paths()).prop_map(|(at, path)| Op::CreateDir { at, path }),
        3 => (at(), paths()).prop_map(|(at, path)| Op::RemoveDir { at, path }),
        3 => (at(), paths()).prop_map(|(at, path)| Op::Unlink { at, path }),
        4 => (at(), targets(), paths()).prop_map(|(at, target, path)| Op::Symlink { at, target, path }),
        1 => (at(), paths()).prop_map(|(at, path)| Op::ReadLink { at, path }),
        4 => (at(), paths(), any::<bool>(), at(), paths()).prop_map(|(from, from_path, follow, to, to_path)| {
            Op::Link { from, from_path, follow, to, to_path }
        }),
        8 => (at(), paths(), at(), paths())
            .prop_map(|(from, from_path, to, to_path)| Op::Rename { from, from_path, to, to_path }),
    ]
}

/// Both sides of a plan.
struct Both<'i> {
    ours: Test<'i>,
    our_files: [Option<OpenFile>; HANDLES],
    host_root: OwnedFd,
    host_files: [Option<OwnedFd>; HANDLES],
}

impl Both<'_> {
    fn host_at(&self, at: At) -> &OwnedFd {
        // A file as a base is wasmtime's own error, before any other.
        let is_directory = |file: &&OwnedFd| host_kind(kind_of(file)) == FileKind::Directory;
        at.and_then(|slot| self.host_files[slot].as_ref()).filter(is_directory).unwrap_or(&self.host_root)
    }

    /// Runs one operation on both sides.
    fn run(&mut self, op: &Op) {
        let ours = self.run_ours(op);
        // The host's calls but one know no base to stay below: what would leave it is not run there.
        if let Some(leaves) = self.leaves(op) {
            if ours == Err(Error::NotPermitted) {
                assert!(leaves || self.links_directory(op), "{op:?} was not permitted");
                return;
            }
            if leaves {
                assert!(ours.is_err(), "{op:?} leaves its base and was allowed: {ours:?}");
                return;
            }
        }
        if let Op::SetSize { slot, .. } = op
            && self.host_files[*slot].as_ref().is_some_and(|file| host_kind(kind_of(file)) == FileKind::Directory)
        {
            // A file's operation on a directory: wasmtime's answer.
            assert_eq!(ours, Err(Error::BadDescriptor));
            return;
        }
        let host = self.run_host(op);
        match (&ours, &host) {
            (Ok(ours), Ok(host)) => assert_eq!(ours, host, "{op:?}"),
            (Err(ours), Err(host)) => assert_eq!(expected(op, *host), Some(*ours), "{op:?}: host said {host:?}"),
            _ => panic!("{op:?}: ours {ours:?}, host {host:?}"),
        }
    }

    /// Whether one of an operation's paths leads out of its base; `None` if it has none.
    fn leaves(&self, op: &Op) -> Option<bool> {
        let follows = |follow: &bool| if *follow { OFlags::empty() } else { OFlags::NOFOLLOW };
        let probe = |at: &At, path: &str, flags: OFlags| {
            let flags = flags | OFlags::PATH;
            let result = open_beneath(self.host_at(*at), path, flags, Mode::empty());
            // A name that is to be made may be missing: what matters is the directory it is in.
            result.err() == Some(Errno::XDEV)
        };
        Some(match op {
            Op::Open { at, path, follow, open, .. } => probe(at, path, follows(&(*follow && open & 5 != 5))),
            Op::StatAt { at, path, follow } => probe(at, path, follows(follow)),
            Op::CreateDir { at, path }
            | Op::RemoveDir { at, path }
            | Op::Unlink { at, path }
            | Op::Symlink { at, path, .. } => probe(at, path.trim_end_matches('/'), OFlags::NOFOLLOW),
            Op::ReadLink { at, path } => probe(at, path, OFlags::NOFOLLOW),
            Op::Link { from, from_path, follow, to, to_path } => {
                probe(from, from_path, follows(follow)) || probe(to, to_path.trim_end_matches('/'), OFlags::NOFOLLOW)
            }
            Op::Rename { from, from_path, to, to_path } => {
                probe(from, from_path.trim_end_matches('/'), OFlags::NOFOLLOW)
                    || probe(to, to_path.trim_end_matches('/'), OFlags::NOFOLLOW)
            }
            _ => return None,
        })
    }

    fn links_directory(&self, op: &Op) -> bool {
        matches!(op, Op::Link { .. }) && self.run_host(op) == Err(Errno::PERM)
            || matches!(op, Op::Symlink { target, .. } if target.starts_with('/'))
    }

    fn run_ours(&mut self, op: &Op) -> Result<String, Error> {
        let Self { ours: Test { fs, root, .. }, our_files: files, .. } = self;
        let kinds = files.each_ref().map(|file| file.as_ref().map(|file| fs.kind(file)));
        let is_directory = |slot: &usize| kinds[*slot] == Some(FileKind::Directory);
        let at = |slot: &At| slot.filter(is_directory).and_then(|slot| files[slot].as_ref()).unwrap_or(root);
        let follow = |follow: &bool| if *follow { FOLLOW } else { NO_FOLLOW };
        let done = |()| String::new();
        match op {
            Op::Open { slot, at: base, path, follow: f, open, flags } => {
                let file = fs.open_at(
                    at(base),
                    path,
                    follow(f),
                    OpenFlags::from_bits(*open),
                    DescriptorFlags::from_bits(*flags),
                )?;
                if let Some(old) = files[*slot].replace(file) {
                    fs.close(old);
                }
                Ok(String::new())
            }
            Op::Close { slot } => {
                if let Some(old) = files[*slot].take() {
                    fs.close(old);
                }
                Ok(String::new())
            }
            Op::Read { slot, offset, length } => {
                let Some(file) = &files[*slot] else { return Ok(String::new()) };
                let mut gather = Vec::new();
                fs.read(file, *offset, *length as u64, &mut gather).map(summary)
            }
            Op::Write { slot, offset, length, byte } => {
                let Some(file) = &files[*slot] else { return Ok(String::new()) };
                fs.write(file, *offset, &vec![*byte; *length]).map(done)
            }
            Op::Append { slot, length, byte } => {
                let Some(file) = &files[*slot] else { return Ok(String::new()) };
                fs.append(file, &vec![*byte; *length]).map(done)
            }
            Op::SetSize { slot, size } => {
                let Some(file) = &files[*slot] else { return Ok(String::new()) };
                fs.set_size(file, *size).map(done)
            }
            Op::Stat { slot } => {
                let Some(file) = &files[*slot] else { return Ok(String::new()) };
                fs.stat(file).map(|stat| facts(stat.kind, stat.links, stat.size))
            }
            Op::List { slot } => {
                let Some(file) = &files[*slot] else { return Ok(String::new()) };
                let mut names = list(fs, file)?;
                names.sort_by(|a, b| a.0.cmp(&b.0));
                Ok(format!("{names:?}"))
            }
            Op::StatAt { at: base, path, follow: f } => {
                fs.stat_at(at(base), path, follow(f)).map(|stat| facts(stat.kind, stat.links, stat.size))
            }
            Op::CreateDir { at: base, path } => fs.create_dir_at(at(base), path).map(done),
            Op::RemoveDir { at: base, path } => fs.remove_dir_at(at(base), path).map(done),
            Op::Unlink { at: base, path } => fs.unlink_file_at(at(base), path).map(done),
            Op::Symlink { at: base, target, path } => fs.symlink_at(target, at(base), path).map(done),
            Op::ReadLink { at: base, path } => fs.readlink_at(at(base), path).map(str::to_owned),
            Op::Link { from, from_path, follow: f, to, to_path } => {
                fs.link_at(at(from), from_path, follow(f), at(to), to_path).map(done)
            }
            Op::Rename { from, from_path, to, to_path } => fs.rename_at(at(from), from_path, at(to), to_path).map(done),
        }
    }

    fn run_host(&self, op: &Op) -> Result<String, Errno> {
        let at = |slot: &At| self.host_at(*slot);
        let file = |slot: &usize| self.host_files[*slot].as_ref();
        let done = |()| String::new();
        match op {
            Op::Read { slot, offset, length } => {
                let Some(file) = file(slot) else { return Ok(String::new()) };
                let mut bytes = vec![0; *length];
                let read = rustix::io::pread(file, &mut bytes, *offset)?;
                Ok(summary(&bytes[..read]))
            }
            Op::Write { slot, offset, length, byte } => {
                let Some(file) = file(slot) else { return Ok(String::new()) };
                let bytes = vec![*byte; *length];
                rustix::io::pwrite(file, &bytes, *offset).map(|written| assert_eq!(written, *length)).map(done)
            }
            Op::Append { slot, length, byte } => {
                let Some(file) = file(slot) else { return Ok(String::new()) };
                let end = host::fstat(file)?.st_size as u64;
                rustix::io::pwrite(file, &vec![*byte; *length], end).map(|_| String::new())
            }
            Op::SetSize { slot, size } => {
                let Some(file) = file(slot) else { return Ok(String::new()) };
                host::ftruncate(file, *size).map(done)
            }
            Op::Stat { slot } => {
                let Some(file) = file(slot) else { return Ok(String::new()) };
                Ok(host_facts(&host::fstat(file)?))
            }
            Op::List { slot } => {
                let Some(file) = file(slot) else { return Ok(String::new()) };
                let mut names = Vec::new();
                // Not `.` by name: that would fail in a removed directory.
                for entry in host::Dir::read_from(file)? {
                    let entry = entry?;
                    let name = entry.file_name().to_str().unwrap().to_owned();
                    if name != "." && name != ".." {
                        names.push((name, host_kind(entry.file_type())));
                    }
                }
                names.sort_by(|a, b| a.0.cmp(&b.0));
                Ok(format!("{names:?}"))
            }
            Op::StatAt { at: base, path, follow } => {
                let flags = if *follow { AtFlags::empty() } else { AtFlags::SYMLINK_NOFOLLOW };
                Ok(host_facts(&host::statat(at(base), path.as_str(), flags)?))
            }
            Op::CreateDir { at: base, path } => host::mkdirat(at(base), path.as_str(), Mode::RWXU).map(done),
            Op::RemoveDir { at: base, path } => host::unlinkat(at(base), path.as_str(), AtFlags::REMOVEDIR).map(done),
            Op::Unlink { at: base, path } => host::unlinkat(at(base), path.as_str(), AtFlags::empty()).map(done),
            Op::Symlink { at: base, target, path } => {
                host::symlinkat(target.as_str(), at(base), path.as_str()).map(done)
            }
            Op::ReadLink { at: base, path } => {
                // An empty path would be the descriptor itself to the host's call.
                if path.is_empty() {
                    return Err(Errno::NOENT);
                }
                host::readlinkat(at(base), path.as_str(), Vec::new()).map(|target| target.into_string().unwrap())
            }
            Op::Link { from, from_path, follow, to, to_path } => {
                let flags = if *follow { AtFlags::SYMLINK_FOLLOW } else { AtFlags::empty() };
                host::linkat(at(from), from_path.as_str(), at(to), to_path.as_str(), flags).map(done)
            }
            Op::Rename { from, from_path, to, to_path } => {
                host::renameat(at(from), from_path.as_str(), at(to), to_path.as_str()).map(done)
            }
            Op::Open { .. } | Op::Close { .. } => unreachable!("these change the handles"),
        }
    }

    /// Opening and closing change the handles of both sides.
    fn run_handles(&mut self, op: &Op) -> bool {
        match op {
            Op::Close { slot } => {
                self.run_ours(op).unwrap();
                self.host_files[*slot] = None;
                true
            }
            Op::Open { slot, at, path, follow, open, flags } => {
                // `directory` with what makes or cuts a file: Linux has answered so since 6.4, wasmtime always.
                if open & 2 != 0 && open & 13 != 0 {
                    assert_eq!(self.run_ours(op), Err(Error::Invalid), "{op:?}");
                    return true;
                }
                let mut oflags = match flags & 3 {
                    0 | 1 => OFlags::RDONLY,
                    2 => OFlags::WRONLY,
                    _ => OFlags::RDWR,
                };
                for (bit, flag) in [(1, OFlags::CREATE), (2, OFlags::DIRECTORY), (4, OFlags::EXCL), (8, OFlags::TRUNC)]
                {
                    if open & bit != 0 {
                        oflags |= flag;
                    }
                }
                if !follow {
                    oflags |= OFlags::NOFOLLOW;
                }
                let mode = if open & 1 != 0 { Mode::RWXU } else { Mode::empty() };
                // The host's call refuses this one for another reason than ours.
                let host = open_beneath(self.host_at(*at), path, oflags, mode);
                let ours = self.run_ours(op);
                match (ours, host) {
                    (Ok(_), Ok(file)) => self.host_files[*slot] = Some(file),
                    (Err(ours), Err(host)) => {
                        assert_eq!(expected(op, host), Some(ours), "{op:?}: host said {host:?}");
                    }
                    (ours, host) => panic!("{op:?}: ours {ours:?}, host {host:?}"),
                }
                true
            }
            _ => false,
        }
    }
}

/// Opens without leaving the base.
fn open_beneath(at: &OwnedFd, path: &str, flags: OFlags, mode: Mode) -> Result<OwnedFd, Errno> {
    loop {
        match host::openat2(at, path, flags, mode, ResolveFlags::BENEATH) {
            // Something was renamed somewhere on this machine meanwhile.
            Err(Errno::AGAIN) => {}
            result => return result,
        }
    }
}

/// What we answer where the host answers this.
fn expected(op: &Op, host: Errno) -> Option<Error> {
    Some(match (op, host) {
        // A file's operation on a directory: wasmtime's answer.
        (Op::Read { .. }, Errno::ISDIR) => Error::BadDescriptor,
        (_, Errno::XDEV) => Error::NotPermitted,
        (_, Errno::BADF) => Error::BadDescriptor,
        (_, Errno::BUSY) => Error::Busy,
        (_, Errno::EXIST) => Error::Exist,
        (_, Errno::INVAL) => Error::Invalid,
        (_, Errno::ISDIR) => Error::IsDirectory,
        (_, Errno::LOOP) => Error::Loop,
        (_, Errno::NAMETOOLONG) => Error::NameTooLong,
        (_, Errno::NOENT) => Error::NoEntry,
        (_, Errno::NOTDIR) => Error::NotDirectory,
        (_, Errno::NOTEMPTY) => Error::NotEmpty,
        (_, Errno::PERM) => Error::NotPermitted,
        _ => return None,
    })
}

fn facts(kind: FileKind, links: u64, size: u64) -> String {
    let size = if kind == FileKind::Directory { 0 } else { size };
    format!("{kind:?} {links} {size}")
}

fn host_facts(stat: &host::Stat) -> String {
    facts(host_kind(host::FileType::from_raw_mode(stat.st_mode)), stat.st_nlink, stat.st_size as u64)
}

fn kind_of(file: &OwnedFd) -> host::FileType {
    host::FileType::from_raw_mode(host::fstat(file).unwrap().st_mode)
}

fn host_kind(kind: host::FileType) -> FileKind {
    match kind {
        host::FileType::Directory => FileKind::Directory,
        host::FileType::Symlink => FileKind::SymbolicLink,
        _ => FileKind::RegularFile,
    }
}

/// Enough of some bytes to compare and to read.
fn summary(bytes: &[u8]) -> String {
    let sum = bytes.iter().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
    format!("{} bytes, {sum:x}, {:?}", bytes.len(), &bytes[..bytes.len().min(4)])
}

/// Everything in a tree: kind, links, size, contents or target, and which paths are one node.
type Everything = BTreeMap<String, (String, String, String)>;

fn host_tree(root: &Path) -> Everything {
    fn walk(directory: &Path, prefix: &str, first: &mut BTreeMap<u64, String>, all: &mut Everything) {
        let mut entries: Vec<_> = std::fs::read_dir(directory).unwrap().map(Result::unwrap).collect();
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let path = format!("{prefix}{}", entry.file_name().to_str().unwrap());
            let metadata = entry.metadata().unwrap();
            let identity = first.entry(metadata.ino()).or_insert_with(|| path.clone()).clone();
            let kind = metadata.file_type();
            let (kind, content) = if kind.is_dir() {
                (FileKind::Directory, String::new())
            } else if kind.is_symlink() {
                (FileKind::SymbolicLink, std::fs::read_link(entry.path()).unwrap().to_str().unwrap().to_owned())
            } else {
                (FileKind::RegularFile, summary(&std::fs::read(entry.path()).unwrap()))
            };
            all.insert(path.clone(), (facts(kind, metadata.nlink(), metadata.len()), content, identity));
            if kind == FileKind::Directory {
                walk(&entry.path(), &format!("{path}/"), first, all);
            }
        }
    }
    let mut all = Everything::new();
    walk(root, "", &mut BTreeMap::new(), &mut all);
    all
}

fn our_tree(test: &mut Test<'_>) -> Everything {
    fn walk(
        test: &mut Test<'_>,
        directory: &str,
        prefix: &str,
        first: &mut BTreeMap<(u64, u64), String>,
        all: &mut Everything,
    ) {
        let mut names = test.names(directory);
        names.sort();
        for name in names {
            let path = format!("{prefix}{name}");
            let stat = test.stat(&path).unwrap();
            let hash = test.fs.metadata_hash_at(&test.root, &path, FollowFinalLink::No).unwrap();
            let identity = first.entry(hash).or_insert_with(|| path.clone()).clone();
            let content = match stat.kind {
                FileKind::Directory => String::new(),
                FileKind::SymbolicLink => test.fs.readlink_at(&test.root, &path).unwrap().to_owned(),
                _ => summary(&test.get(&path).unwrap()),
            };
            all.insert(path.clone(), (facts(stat.kind, stat.links, stat.size), content, identity));
            if stat.kind == FileKind::Directory {
                walk(test, &path, &format!("{path}/"), first, all);
            }
        }
    }
    let mut all = Everything::new();
    walk(test, ".", "", &mut BTreeMap::new(), &mut all);
    all
}

fn remove_all(test: &mut Test<'_>, directory: &str) {
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

/// Puts what is in an image on the host.
fn lay_out(root: &Path, items: &[(&str, Item<'_>)]) {
    for &(path, item) in items {
        let place = root.join(path);
        match item {
            Item::Directory => std::fs::create_dir(place).unwrap(),
            Item::File(bytes) => std::fs::write(place, bytes).unwrap(),
            Item::Link(target) => std::os::unix::fs::symlink(OsStr::from_bytes(target.as_bytes()), place).unwrap(),
            Item::Same(other) => std::fs::hard_link(root.join(other), place).unwrap(),
        }
    }
}

/// Runs a plan on both sides, compares the trees, and removes everything on ours: nothing may be left counted.
fn check(items: Option<&[(&str, Item<'_>)]>, plan: &[Op]) {
    let memory = Path::new("/dev/shm");
    let place = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
    let bytes = items.map(image);
    lay_out(place.path(), items.unwrap_or(&[]));
    let host_root = host::open(place.path(), OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty()).unwrap();
    if open_beneath(&host_root, ".", OFlags::PATH, Mode::empty()).err() == Some(Errno::NOSYS) {
        eprintln!("skipped: this machine's kernel has no openat2");
        return;
    }
    let mut both = Both {
        ours: Test::with(bytes.as_deref(), Options::default()),
        our_files: [const { None }; HANDLES],
        host_root,
        host_files: [const { None }; HANDLES],
    };
    for op in plan {
        if !both.run_handles(op) {
            both.run(op);
        }
    }
    assert_eq!(our_tree(&mut both.ours), host_tree(place.path()));
    for (ours, host) in both.our_files.iter().zip(&both.host_files) {
        let (Some(ours), Some(host)) = (ours, host) else { continue };
        if both.ours.fs.kind(ours) == FileKind::RegularFile && both.ours.fs.check_readable(ours).is_ok() {
            let size = host::fstat(host).unwrap().st_size as usize;
            let mut bytes = vec![0; size];
            assert_eq!(rustix::io::pread(host, &mut bytes, 0).unwrap(), size);
            assert!(read_all(&both.ours.fs, ours).unwrap() == bytes, "contents of an open file");
        }
    }

    remove_all(&mut both.ours, ".");
    for file in both.our_files.into_iter().flatten() {
        both.ours.fs.close(file);
    }
    let Test { mut fs, root, .. } = both.ours;
    fs.close(root);
    let usage = fs.usage();
    assert_eq!((usage.bytes, usage.open), (0, 0));
    if items.is_none() {
        assert_eq!(usage.nodes, 0);
    }
}

/// A tree that has something of each kind where the plans' paths lead.
fn lower() -> Vec<(&'static str, Item<'static>)> {
    static LONG: [u8; 70_001] = [7; 70_001];
    vec![
        ("a", Item::File(b"0123456789")),
        ("b", Item::Directory),
        ("b/a", Item::File(&LONG)),
        ("b/b", Item::Directory),
        ("b/b/c", Item::Same("b/a")),
        ("b/c", Item::Link("a")),
        ("b/d", Item::Same("a")),
        ("c", Item::Link("b")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, max_shrink_iters: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn from_empty(plan in prop::collection::vec(ops(), 1..50)) {
        check(None, &plan);
    }

    #[test]
    fn from_an_image(plan in prop::collection::vec(ops(), 1..50)) {
        check(Some(&lower()), &plan);
    }
}
