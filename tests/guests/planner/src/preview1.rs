//! Preview1 as a side of the comparison: every operation by its own function. What preview1 has two ways for goes one way or
//! the other, by a number of the operation: a place in a file is given, or it is the descriptor's position.

use std::rc::Rc;

use vfs_plan::{Answer, At, Facts, Kind, NewTime, Op, SLOTS, STREAMS, Side, Tree, pattern, read_in_pieces, summary};
use wasi::*;

/// The one preopened directory.
const ROOT: Fd = 3;
/// Bytes of an entry of a listing, without its name.
const HEAD: usize = size_of::<Dirent>();
/// The longest name.
const NAME: usize = 255;

/// A descriptor that is closed with the value.
struct File(Fd);

impl Drop for File {
    fn drop(&mut self) {
        if self.0 != ROOT {
            unsafe { fd_close(self.0) }.expect("it is open");
        }
    }
}

/// A listing that goes on. The descriptor stays open for it: preview1 has no streams of entries.
struct Listing {
    directory: Rc<File>,
    cookie: Dircookie,
}

/// The tree of the one preopened directory, and what is open of it.
pub struct Wasi {
    root: Rc<File>,
    files: [Option<Rc<File>>; SLOTS],
    streams: [Option<Listing>; STREAMS],
}

impl Wasi {
    pub fn new() -> Self {
        Self { root: Rc::new(File(ROOT)), files: [const { None }; SLOTS], streams: [const { None }; STREAMS] }
    }

    fn base(&self, at: At) -> Fd {
        at.and_then(|slot| self.files[slot].as_ref()).unwrap_or(&self.root).0
    }

    fn on_slot(&mut self, slot: usize, op: &Op) -> Result<String, Errno> {
        let Some(file) = &self.files[slot] else { return Ok(String::new()) };
        let fd = file.0;
        match op {
            Op::Read { offset, length, .. } if offset % 2 == 0 => {
                return read_at(fd, *offset, *length).map(|bytes| summary(&bytes));
            }
            Op::Read { offset, length, .. } => {
                seek_to(fd, *offset)?;
                let bytes = read_all(*length, |part, _| unsafe { fd_read(fd, &halves_to_fill(part)) })?;
                check_position(fd, offset + bytes.len() as u64);
                return Ok(summary(&bytes));
            }
            Op::Write { offset, length, byte, .. } if byte % 2 == 0 => {
                write_all(&pattern(*byte, *length), |part, done| unsafe {
                    fd_pwrite(fd, &halves(part), offset + done as u64)
                })?;
            }
            Op::Write { offset, length, byte, .. } => {
                seek_to(fd, *offset)?;
                write_all(&pattern(*byte, *length), |part, _| unsafe { fd_write(fd, &halves(part)) })?;
                check_position(fd, offset + *length as u64);
            }
            Op::Append { length, byte, .. } if byte % 2 == 0 => {
                unsafe { fd_seek(fd, 0, WHENCE_END) }?;
                write_all(&pattern(*byte, *length), |part, _| unsafe { fd_write(fd, &halves(part)) })?;
            }
            Op::Append { length, byte, .. } => {
                unsafe { fd_fdstat_set_flags(fd, FDFLAGS_APPEND) }?;
                let result = write_all(&pattern(*byte, *length), |part, _| unsafe { fd_write(fd, &halves(part)) });
                unsafe { fd_fdstat_set_flags(fd, 0) }?;
                result?;
            }
            Op::SetSize { size, .. } => unsafe { fd_filestat_set_size(fd, *size) }?,
            Op::SetTimes { accessed, modified, .. } => {
                let (accessed, modified, flags) = times(*accessed, *modified);
                unsafe { fd_filestat_set_times(fd, accessed, modified, flags) }?;
            }
            Op::Stat { .. } => return Ok(facts(&unsafe { fd_filestat_get(fd) }?).to_string()),
            Op::Flags { .. } => return flags(fd),
            Op::Same { other, .. } => {
                let Some(other) = &self.files[*other] else { return Ok(String::new()) };
                return Ok((node(fd)? == node(other.0)?).to_string());
            }
            Op::Sync { .. } => unsafe {
                fd_sync(fd)?;
                fd_datasync(fd)?;
            },
            Op::List { .. } => {
                let mut names = list(fd)?;
                names.sort_unstable();
                return Ok(names.join(" "));
            }
            Op::ReadDir { stream, .. } => {
                entry(fd, 0)?;
                self.streams[*stream] = Some(Listing { directory: Rc::clone(file), cookie: 0 });
            }
            _ => {}
        }
        Ok(String::new())
    }

    fn on_path(&mut self, op: &Op) -> Result<String, Errno> {
        match op {
            Op::Open { slot, at, path, follow, open, flags } => {
                let rights =
                    if flags & 1 == 0 { 0 } else { RIGHTS_FD_READ } | if flags & 2 == 0 { 0 } else { RIGHTS_FD_WRITE };
                let fd = unsafe { path_open(self.base(*at), links(*follow), path, Oflags::from(*open), rights, 0, 0) }?;
                self.files[*slot] = Some(Rc::new(File(fd)));
            }
            Op::StatAt { at, path, follow } => {
                let stat = unsafe { path_filestat_get(self.base(*at), links(*follow), path) }?;
                return Ok(facts(&stat).to_string());
            }
            Op::SetTimesAt { at, path, follow, accessed, modified } => {
                let (accessed, modified, flags) = times(*accessed, *modified);
                unsafe { path_filestat_set_times(self.base(*at), links(*follow), path, accessed, modified, flags) }?;
            }
            Op::CreateDir { at, path } => unsafe { path_create_directory(self.base(*at), path) }?,
            Op::RemoveDir { at, path } => unsafe { path_remove_directory(self.base(*at), path) }?,
            Op::Unlink { at, path } => unsafe { path_unlink_file(self.base(*at), path) }?,
            Op::Symlink { at, target, path } => unsafe { path_symlink(target, self.base(*at), path) }?,
            Op::ReadLink { at, path } => return read_link(self.base(*at), path),
            Op::Link { from, from_path, follow, to, to_path } => {
                unsafe { path_link(self.base(*from), links(*follow), from_path, self.base(*to), to_path) }?;
            }
            Op::Rename { from, from_path, to, to_path } => {
                unsafe { path_rename(self.base(*from), from_path, self.base(*to), to_path) }?;
            }
            _ => {}
        }
        Ok(String::new())
    }

    fn next(&mut self, stream: usize, count: usize) -> Result<(), Errno> {
        let Some(listing) = &mut self.streams[stream] else { return Ok(()) };
        for _ in 0..count {
            match entry_of_the_tree(listing.directory.0, &mut listing.cookie)? {
                Some(_) => {}
                None => break,
            }
        }
        Ok(())
    }

    fn open(&self, path: &str, flags: Oflags) -> File {
        File(unsafe { path_open(ROOT, 0, path, flags, RIGHTS_FD_READ, 0, 0) }.expect("it is there"))
    }
}

impl Side for Wasi {
    fn run(&mut self, op: &Op) -> Answer {
        let result = match op {
            Op::Close { slot } => {
                self.files[*slot] = None;
                Ok(String::new())
            }
            Op::Next { stream, count } => self.next(*stream, *count).map(|()| String::new()),
            _ => match op.file() {
                Some(slot) => self.on_slot(slot, op),
                None => self.on_path(op),
            },
        };
        result.map_err(name)
    }

    fn open_contents(&mut self, slot: usize) -> Option<String> {
        let fd = self.files[slot].as_ref()?.0;
        let stat = facts(&unsafe { fd_filestat_get(fd) }.expect("it is open"));
        let is_readable = rights(fd).expect("it is open") & RIGHTS_FD_READ != 0;
        (stat.kind == Kind::File && is_readable).then(|| contents(fd, stat.size))
    }
}

impl Tree for Wasi {
    fn names(&mut self, directory: &str) -> Vec<String> {
        list(self.open(directory, OFLAGS_DIRECTORY).0).expect("a directory")
    }

    fn look(&mut self, path: &str) -> (Facts, (u64, u64)) {
        let stat = unsafe { path_filestat_get(ROOT, 0, path) }.expect("it is there");
        (facts(&stat), (stat.dev, stat.ino))
    }

    fn target(&mut self, path: &str) -> String {
        read_link(ROOT, path).expect("it is a link")
    }

    fn contents(&mut self, path: &str, size: u64) -> String {
        contents(self.open(path, 0).0, size)
    }
}

/// The name that WASI 0.2 has for an error.
fn name(errno: Errno) -> String {
    match errno {
        ERRNO_BADF => "bad-descriptor",
        ERRNO_BUSY => "busy",
        ERRNO_EXIST => "exist",
        ERRNO_FBIG => "file-too-large",
        ERRNO_INVAL => "invalid",
        ERRNO_ISDIR => "is-directory",
        ERRNO_LOOP => "loop",
        ERRNO_NAMETOOLONG => "name-too-long",
        ERRNO_NOENT => "no-entry",
        ERRNO_NOTDIR => "not-directory",
        ERRNO_NOTEMPTY => "not-empty",
        ERRNO_NOTSUP => "unsupported",
        ERRNO_PERM => "not-permitted",
        ERRNO_XDEV => "cross-device",
        other => other.name(),
    }
    .to_owned()
}

/// Goes to a place, which the descriptor tells then.
fn seek_to(fd: Fd, offset: u64) -> Result<(), Errno> {
    let position = unsafe { fd_seek(fd, offset as i64, WHENCE_SET) }?;
    assert_eq!(position, offset, "where the descriptor was sent");
    check_position(fd, offset);
    Ok(())
}

fn check_position(fd: Fd, expected: u64) {
    assert_eq!(unsafe { fd_tell(fd) }, Ok(expected), "the descriptor's position");
}

/// All that is there of so many bytes. `read` fills the front of a buffer, and gets how many came before.
fn read_all(length: usize, mut read: impl FnMut(&mut [u8], usize) -> Result<usize, Errno>) -> Result<Vec<u8>, Errno> {
    let (mut bytes, mut done) = (vec![0; length], 0);
    loop {
        let read = read(&mut bytes[done..], done)?;
        done += read;
        if read == 0 || done == length {
            bytes.truncate(done);
            return Ok(bytes);
        }
    }
}

fn read_at(fd: Fd, offset: u64, length: usize) -> Result<Vec<u8>, Errno> {
    read_all(length, |part, done| unsafe { fd_pread(fd, &halves_to_fill(part), offset + done as u64) })
}

/// Writes all of some bytes. `write` takes the front of a buffer, and gets how many came before.
fn write_all(bytes: &[u8], mut write: impl FnMut(&[u8], usize) -> Result<usize, Errno>) -> Result<(), Errno> {
    let mut done = 0;
    loop {
        done += write(&bytes[done..], done)?;
        if done == bytes.len() {
            return Ok(());
        }
    }
}

/// Bytes as a vector with more than one part.
fn halves(bytes: &[u8]) -> [Ciovec; 2] {
    let (front, back) = bytes.split_at(bytes.len() / 2);
    [front, back].map(|part| Ciovec { buf: part.as_ptr(), buf_len: part.len() })
}

fn halves_to_fill(bytes: &mut [u8]) -> [Iovec; 2] {
    let (front, back) = bytes.split_at_mut(bytes.len() / 2);
    [front, back].map(|part| Iovec { buf: part.as_mut_ptr(), buf_len: part.len() })
}

/// Reads one entry of a listing: what follows it, and its name. `None`: there are no more.
fn entry(directory: Fd, cookie: Dircookie) -> Result<Option<(Dircookie, String)>, Errno> {
    let mut buffer = [0_u8; HEAD + NAME];
    let used = unsafe { fd_readdir(directory, buffer.as_mut_ptr(), buffer.len(), cookie) }?;
    if used == 0 {
        return Ok(None);
    }
    assert!(used >= HEAD, "an entry with the longest name fits");
    let head = unsafe { buffer.as_ptr().cast::<Dirent>().read_unaligned() };
    let name = &buffer[HEAD..HEAD + head.d_namlen as usize];
    Ok(Some((head.d_next, String::from_utf8(name.to_vec()).expect("names are text"))))
}

/// Reads the next entry that is neither `.` nor `..`.
fn entry_of_the_tree(directory: Fd, cookie: &mut Dircookie) -> Result<Option<String>, Errno> {
    loop {
        let Some((next, name)) = entry(directory, *cookie)? else { return Ok(None) };
        *cookie = next;
        if name != "." && name != ".." {
            return Ok(Some(name));
        }
    }
}

fn list(directory: Fd) -> Result<Vec<String>, Errno> {
    let (mut names, mut cookie) = (Vec::new(), 0);
    while let Some(name) = entry_of_the_tree(directory, &mut cookie)? {
        names.push(name);
    }
    Ok(names)
}

fn read_link(at: Fd, path: &str) -> Result<String, Errno> {
    let mut target = vec![0; 4096];
    let length = unsafe { path_readlink(at, path, target.as_mut_ptr(), target.len()) }?;
    target.truncate(length);
    Ok(String::from_utf8(target).expect("targets are text"))
}

fn contents(fd: Fd, size: u64) -> String {
    read_in_pieces(size, |offset, length| read_at(fd, offset, length).expect("it is open for reading"))
}

fn rights(fd: Fd) -> Result<Rights, Errno> {
    unsafe { fd_fdstat_get(fd) }.map(|stat| stat.fs_rights_base)
}

fn flags(fd: Fd) -> Result<String, Errno> {
    if unsafe { fd_fdstat_get(fd) }?.fs_filetype == FILETYPE_DIRECTORY {
        return Ok("directory".to_owned());
    }
    let rights = rights(fd)?;
    let has = |right, letter| if rights & right != 0 { letter } else { "" };
    Ok(format!("{}{}", has(RIGHTS_FD_READ, "r"), has(RIGHTS_FD_WRITE, "w")))
}

/// What tells a file from every other.
fn node(fd: Fd) -> Result<(Device, Inode), Errno> {
    unsafe { fd_filestat_get(fd) }.map(|stat| (stat.dev, stat.ino))
}

fn links(follow: bool) -> Lookupflags {
    if follow { LOOKUPFLAGS_SYMLINK_FOLLOW } else { 0 }
}

fn times(accessed: NewTime, modified: NewTime) -> (Timestamp, Timestamp, Fstflags) {
    let time = |new, now, at| match new {
        NewTime::Keep => (0, 0),
        NewTime::Now => (0, now),
        NewTime::At(seconds) => (seconds * 1_000_000_000, at),
    };
    let (accessed, one) = time(accessed, FSTFLAGS_ATIM_NOW, FSTFLAGS_ATIM);
    let (modified, other) = time(modified, FSTFLAGS_MTIM_NOW, FSTFLAGS_MTIM);
    (accessed, modified, one | other)
}

fn facts(stat: &Filestat) -> Facts {
    let kind = match stat.filetype {
        FILETYPE_DIRECTORY => Kind::Directory,
        FILETYPE_SYMBOLIC_LINK => Kind::Link,
        _ => Kind::File,
    };
    let seconds = |time: Timestamp| time / 1_000_000_000;
    let (accessed, modified) = (seconds(stat.atim), seconds(stat.mtim));
    Facts { kind, links: stat.nlink, size: stat.size, accessed, modified }
}
