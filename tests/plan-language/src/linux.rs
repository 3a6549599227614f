//! What Linux answers, in a directory of this machine, with what `docs/deviations.md` says of meant differences put in its place.
//!
//! Linux has one call that stays below a directory, `openat2`. Every path is walked by it to the directory of the last component, and
//! the operation is done from there.

use std::ffi::OsStr;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::{
    self, AtFlags, CWD, FileType, Mode, OFlags, RawDir, ResolveFlags, SeekFrom, Stat, Timespec, Timestamps, UTIME_NOW,
    UTIME_OMIT,
};
use rustix::io::Errno;

use crate::{
    Answer, At, Facts, ITEMS, Item, Kind, NewTime, Op, SLOTS, STREAMS, Side, Tree, built, pattern, read_in_pieces,
    summary,
};

/// A directory, and what is open of it.
pub struct Linux {
    root: OwnedFd,
    files: [Option<OwnedFd>; SLOTS],
    streams: [bool; STREAMS],
    bases_first: bool,
}

impl Linux {
    /// Fills an empty directory with [`ITEMS`], or with nothing, and opens it.
    ///
    /// # Errors
    /// Linux's own. `Unsupported`: this kernel has no `openat2`.
    pub fn new(place: &Path, over_image: bool) -> std::io::Result<Self> {
        lay_out(place, if over_image { ITEMS } else { &[] }, built(over_image))?;
        Self::on(place)
    }

    /// Opens a directory as it is.
    ///
    /// # Errors
    /// Linux's own. `Unsupported`: this kernel has no `openat2`.
    pub fn on(place: &Path) -> std::io::Result<Self> {
        let root = fs::open(place, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOATIME, Mode::empty())?;
        beneath(root.as_fd(), ".", OFlags::PATH, Mode::empty())?;
        Ok(Self { root, files: [const { None }; SLOTS], streams: [false; STREAMS], bases_first: false })
    }

    /// Looks at both directories of an operation before either path, as preview1's functions do.
    #[must_use]
    pub fn with_bases_first(self) -> Self {
        Self { bases_first: true, ..self }
    }

    fn base(&self, at: At) -> Result<BorrowedFd<'_>, Failure> {
        let file = at.and_then(|slot| self.files[slot].as_ref()).unwrap_or(&self.root);
        // Before anything about the path: wasmtime's answer.
        if is_directory(file)? { Ok(file.as_fd()) } else { Err(Failure("not-directory")) }
    }

    fn check_bases(&self, bases: [At; 2]) -> Result<(), Failure> {
        if self.bases_first { bases.into_iter().try_for_each(|at| self.base(at).map(drop)) } else { Ok(()) }
    }

    /// Walks all of a path.
    fn walk(&self, at: At, path: &str, follow: bool) -> Result<OwnedFd, Failure> {
        let flags = if follow { OFlags::PATH } else { OFlags::PATH | OFlags::NOFOLLOW };
        Ok(beneath(self.base(at)?, path, flags, Mode::empty())?)
    }

    /// Walks to the directory of a path's last component, which keeps its slashes.
    fn parent<'p>(&self, at: At, path: &'p str) -> Result<(OwnedFd, &'p str), Failure> {
        let base = self.base(at)?;
        let end = path.trim_end_matches('/').len();
        let start = path[..end].rfind('/').map_or(0, |slash| slash + 1);
        if path.is_empty() {
            return Err(Errno::NOENT.into());
        }
        if path.starts_with('/') || &path[start..end] == ".." {
            beneath(base, path, OFlags::PATH, Mode::empty())?;
        }
        let directory = if start == 0 { "." } else { &path[..start] };
        let flags = OFlags::PATH | OFlags::DIRECTORY;
        Ok((beneath(base, directory, flags, Mode::empty())?, &path[start..]))
    }

    fn open(&mut self, op: &Op) -> Result<String, Failure> {
        let Op::Open { slot, at, path, follow, open, flags } = op else { return Ok(String::new()) };
        let base = self.base(*at)?;
        if open & 2 != 0 && open & 13 != 0 {
            // Linux has answered so to the first since 6.4, wasmtime to all of them always.
            return Err(Failure("invalid"));
        }
        // To WASI's suite and wasmtime, what makes or cuts a file writes to it.
        let implies_write = open & 9 != 0 && flags & 2 == 0;
        let mut oflags = OFlags::NOATIME
            | match if implies_write { 3 } else { flags & 3 } {
                2 => OFlags::WRONLY,
                3 => OFlags::RDWR,
                _ => OFlags::RDONLY,
            };
        for (bit, flag) in [(1, OFlags::CREATE), (2, OFlags::DIRECTORY), (4, OFlags::EXCL), (8, OFlags::TRUNC)] {
            // Without `create`, `exclusive` means nothing; to Linux it means nothing that is defined.
            if open & bit != 0 && (bit != 4 || open & 1 != 0) {
                oflags |= flag;
            }
        }
        if !follow {
            oflags |= OFlags::NOFOLLOW;
        }
        let mode = if open & 1 != 0 { Mode::RWXU } else { Mode::empty() };
        self.files[*slot] = Some(beneath(base, path, oflags, mode)?);
        Ok(String::new())
    }

    fn on_file(&mut self, file: &OwnedFd, op: &Op) -> Result<String, Failure> {
        let directory = is_directory(file)?;
        match op {
            // A file's operation on a directory: wasmtime's answer.
            Op::Read { .. } | Op::Write { .. } | Op::Append { .. } | Op::SetSize { .. } if directory => {
                return Err(Failure("bad-descriptor"));
            }
            Op::Read { offset, length, .. } => {
                let mut bytes = vec![0; *length];
                let read = rustix::io::pread(file, &mut bytes, *offset)?;
                return Ok(summary(&bytes[..read]));
            }
            Op::Write { offset, length, byte, .. } => write(file, &pattern(*byte, *length), *offset)?,
            Op::Append { length, byte, .. } => {
                write(file, &pattern(*byte, *length), fs::fstat(file)?.st_size as u64)?;
            }
            Op::SetSize { size, .. } => fs::ftruncate(file, *size)?,
            Op::SetTimes { accessed, modified, .. } => fs::futimens(file, &times(*accessed, *modified))?,
            Op::Stat { .. } => return Ok(facts(&fs::fstat(file)?).to_string()),
            Op::Flags { .. } => {
                let mode = fs::fcntl_getfl(file)? & OFlags::ACCMODE;
                let flags = if directory {
                    "directory"
                } else if mode == OFlags::RDWR {
                    "rw"
                } else if mode == OFlags::WRONLY {
                    "w"
                } else {
                    "r"
                };
                return Ok(flags.to_owned());
            }
            Op::Same { other, .. } => {
                let Some(other) = &self.files[*other] else { return Ok(String::new()) };
                let (one, other) = (fs::fstat(file)?, fs::fstat(other)?);
                return Ok(((one.st_ino, one.st_dev) == (other.st_ino, other.st_dev)).to_string());
            }
            Op::List { .. } | Op::ReadDir { .. } if !directory => return Err(Failure("not-directory")),
            Op::List { .. } => {
                let mut names = list(file)?;
                names.sort_unstable();
                return Ok(names.join(" "));
            }
            Op::ReadDir { stream, .. } => self.streams[*stream] = true,
            _ => {}
        }
        Ok(String::new())
    }

    fn on_path(&mut self, op: &Op) -> Result<String, Failure> {
        match op {
            Op::StatAt { at, path, follow } => {
                return Ok(facts(&fs::fstat(self.walk(*at, path, *follow)?)?).to_string());
            }
            Op::SetTimesAt { at, path, follow, accessed, modified } => {
                let file = self.walk(*at, path, *follow)?;
                fs::utimensat(file, "", &times(*accessed, *modified), AtFlags::EMPTY_PATH)?;
            }
            Op::CreateDir { at, path } => {
                let (directory, last) = self.parent(*at, path)?;
                fs::mkdirat(directory, last, Mode::RWXU)?;
            }
            Op::RemoveDir { at, path } => {
                let (directory, last) = self.parent(*at, path)?;
                if last.ends_with('/') && kind_of(&directory, last)? == Some(FileType::Symlink) {
                    // WASI follows the link to see whether it leads out, or nowhere.
                    self.walk(*at, path, true)?;
                }
                fs::unlinkat(directory, last, AtFlags::REMOVEDIR)?;
            }
            Op::Unlink { at, path } => {
                let (directory, last) = self.parent(*at, path)?;
                fs::unlinkat(directory, last, AtFlags::empty())?;
            }
            Op::Symlink { at, target, path } => {
                self.base(*at)?;
                match target.bytes().next() {
                    None => return Err(Errno::NOENT.into()),
                    Some(b'/') => return Err(Failure("not-permitted")),
                    Some(_) => {}
                }
                let (directory, last) = self.parent(*at, path)?;
                check_new_name(&directory, last)?;
                fs::symlinkat(target.as_str(), directory, last)?;
            }
            Op::ReadLink { at, path } => {
                let link = self.walk(*at, path, false)?;
                if FileType::from_raw_mode(fs::fstat(&link)?.st_mode) != FileType::Symlink {
                    return Err(Failure("invalid"));
                }
                return Ok(target(&link)?);
            }
            Op::Link { from, from_path, follow, to, to_path } => {
                self.check_bases([*from, *to])?;
                let source = self.walk(*from, from_path, *follow)?;
                let (directory, last) = self.parent(*to, to_path)?;
                check_new_name(&directory, last)?;
                let source = format!("/proc/self/fd/{}", source.as_fd().as_raw_fd());
                fs::linkat(CWD, source, directory, last, AtFlags::SYMLINK_FOLLOW).map_err(across)?;
            }
            Op::Rename { from, from_path, to, to_path } => {
                self.check_bases([*from, *to])?;
                let (old, old_last) = self.parent(*from, from_path)?;
                let (new, new_last) = self.parent(*to, to_path)?;
                fs::renameat(old, old_last, new, new_last).map_err(across)?;
            }
            _ => {}
        }
        Ok(String::new())
    }

    fn open_below(&self, path: &str, flags: OFlags) -> OwnedFd {
        fs::openat(&self.root, path, flags | OFlags::NOATIME | OFlags::NOFOLLOW, Mode::empty()).expect("it is there")
    }
}

impl Side for Linux {
    fn run(&mut self, op: &Op) -> Answer {
        let result = match op {
            Op::Open { .. } => self.open(op),
            Op::Close { slot } => {
                self.files[*slot] = None;
                Ok(String::new())
            }
            // What a listing gives while the directory changes, Linux leaves open; see who else carries out the plan.
            Op::Next { .. } => Ok(String::new()),
            _ => match op.file() {
                None => self.on_path(op),
                Some(slot) => match self.files[slot].take() {
                    None => Ok(String::new()),
                    Some(file) => {
                        // A file is the same as itself, too.
                        let copy = file.try_clone().expect("a descriptor is free");
                        self.files[slot] = Some(file);
                        self.on_file(&copy, op)
                    }
                },
            },
        };
        result.map_err(|Failure(name)| name.to_owned())
    }

    fn open_contents(&mut self, slot: usize) -> Option<String> {
        let file = self.files[slot].as_ref()?;
        let stat = fs::fstat(file).expect("it is open");
        let readable = fs::fcntl_getfl(file).expect("it is open") & OFlags::ACCMODE != OFlags::WRONLY;
        (facts(&stat).kind == Kind::File && readable).then(|| contents(file, stat.st_size as u64))
    }
}

impl Tree for Linux {
    fn names(&mut self, directory: &str) -> Vec<String> {
        list(&self.open_below(directory, OFlags::RDONLY | OFlags::DIRECTORY)).expect("it is there")
    }

    fn look(&mut self, path: &str) -> (Facts, (u64, u64)) {
        let stat = fs::statat(&self.root, path, AtFlags::SYMLINK_NOFOLLOW).expect("it is there");
        (facts(&stat), (stat.st_ino, stat.st_dev))
    }

    fn target(&mut self, path: &str) -> String {
        fs::readlinkat(&self.root, path, Vec::new()).expect("it is a link").into_string().expect("text")
    }

    fn contents(&mut self, path: &str, size: u64) -> String {
        contents(&self.open_below(path, OFlags::RDONLY), size)
    }
}

/// Why an operation failed, as WASI names it.
struct Failure(&'static str);

impl From<Errno> for Failure {
    fn from(errno: Errno) -> Self {
        Self(match errno {
            Errno::BADF => "bad-descriptor",
            Errno::BUSY => "busy",
            Errno::EXIST => "exist",
            Errno::FBIG => "file-too-large",
            Errno::INVAL => "invalid",
            Errno::ISDIR => "is-directory",
            Errno::LOOP => "loop",
            Errno::NAMETOOLONG => "name-too-long",
            Errno::NOENT => "no-entry",
            Errno::NOTDIR => "not-directory",
            Errno::NOTEMPTY => "not-empty",
            // The base was left.
            Errno::PERM | Errno::XDEV => "not-permitted",
            errno => panic!("Linux answers {errno:?}, which plans do not ask for"),
        })
    }
}

/// The failure of what has two places: they may be on two filesystems.
fn across(errno: Errno) -> Failure {
    if errno == Errno::XDEV { Failure("cross-device") } else { errno.into() }
}

/// Opens without leaving the base.
fn beneath(at: BorrowedFd<'_>, path: &str, flags: OFlags, mode: Mode) -> Result<OwnedFd, Errno> {
    loop {
        match fs::openat2(at, path, flags, mode, ResolveFlags::BENEATH) {
            // Something was renamed somewhere on this machine meanwhile.
            Err(Errno::AGAIN) => {}
            result => return result,
        }
    }
}

/// Returns the kind of what is at a name, whatever slashes come after it.
fn kind_of(directory: &OwnedFd, name: &str) -> Result<Option<FileType>, Errno> {
    match fs::statat(directory, name.trim_end_matches('/'), AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => Ok(Some(FileType::from_raw_mode(stat.st_mode))),
        Err(Errno::NOENT) => Ok(None),
        Err(errno) => Err(errno),
    }
}

/// A slash after a file asks for a directory.
fn check_new_name(directory: &OwnedFd, name: &str) -> Result<(), Failure> {
    let is_file = name.ends_with('/') && kind_of(directory, name)? == Some(FileType::RegularFile);
    if is_file { Err(Failure("not-directory")) } else { Ok(()) }
}

fn is_directory(file: &OwnedFd) -> Result<bool, Errno> {
    Ok(facts(&fs::fstat(file)?).kind == Kind::Directory)
}

fn facts(stat: &Stat) -> Facts {
    let kind = match FileType::from_raw_mode(stat.st_mode) {
        FileType::Directory => Kind::Directory,
        FileType::Symlink => Kind::Link,
        _ => Kind::File,
    };
    let (accessed, modified) = (stat.st_atime as u64, stat.st_mtime as u64);
    Facts { kind, links: stat.st_nlink, size: stat.st_size as u64, accessed, modified }
}

fn times(accessed: NewTime, modified: NewTime) -> Timestamps {
    let time = |new| match new {
        NewTime::Keep => Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT },
        NewTime::Now => Timespec { tv_sec: 0, tv_nsec: UTIME_NOW },
        NewTime::At(seconds) => Timespec { tv_sec: seconds as i64, tv_nsec: 0 },
    };
    Timestamps { last_access: time(accessed), last_modification: time(modified) }
}

fn write(file: &OwnedFd, bytes: &[u8], offset: u64) -> Result<(), Errno> {
    rustix::io::pwrite(file, bytes, offset)
        .map(|written| assert_eq!(written, bytes.len(), "this machine has the memory"))
}

fn contents(file: &OwnedFd, size: u64) -> String {
    read_in_pieces(size, |offset, length| {
        let mut bytes = vec![0; length];
        assert_eq!(rustix::io::pread(file, &mut bytes, offset), Ok(length));
        bytes
    })
}

fn target(link: &OwnedFd) -> Result<String, Errno> {
    Ok(fs::readlinkat(link, "", Vec::new())?.into_string().expect("text"))
}

/// Not by the name `.`, which would note the access.
fn list(directory: &OwnedFd) -> Result<Vec<String>, Errno> {
    fs::seek(directory, SeekFrom::Start(0))?;
    let mut buffer = [MaybeUninit::uninit(); 8192];
    let mut entries = RawDir::new(directory, &mut buffer);
    let mut names = Vec::new();
    while let Some(entry) = entries.next() {
        match entry {
            // It was removed.
            Err(Errno::NOENT) => break,
            entry => {
                let name = entry?.file_name().to_str().expect("text").to_owned();
                if name != "." && name != ".." {
                    names.push(name);
                }
            }
        }
    }
    Ok(names)
}

/// Fills an empty directory. All that is there has a time, in seconds.
///
/// # Errors
/// Linux's own.
pub fn lay_out<P: AsRef<Path>>(place: &Path, items: &[(P, Item)], time: u64) -> std::io::Result<()> {
    for (path, item) in items {
        let path = place.join(path);
        match item {
            Item::Directory => fs::mkdir(&path, Mode::RWXU)?,
            Item::File(bytes) => {
                let file = fs::open(&path, OFlags::CREATE | OFlags::WRONLY, Mode::RWXU)?;
                write(&file, bytes, 0)?;
            }
            Item::Link(target) => fs::symlink(OsStr::from_bytes(target.as_bytes()), &path)?,
            Item::Same(other) => fs::link(place.join(other), &path)?,
        }
    }
    let time = NewTime::At(time);
    for path in items.iter().map(|(path, _)| place.join(path)).chain([place.to_owned()]) {
        fs::utimensat(CWD, path, &times(time, time), AtFlags::SYMLINK_NOFOLLOW)?;
    }
    Ok(())
}
