//! Short ways to the calls.

pub use suite::{Outcome, Saw, case, holds, same};
use wasi::*;

/// A descriptor that is closed with the value.
#[derive(Debug)]
pub struct File(pub u32);

impl Drop for File {
    fn drop(&mut self) {
        // Preopened directories stay; what a case has closed itself is no more.
        if self.0 >= FIRST_OPENED {
            let _ = unsafe { fd_close(self.0) };
        }
    }
}

/// The lowest number that is not a standard stream's or a preopened directory's in any setting.
const FIRST_OPENED: u32 = 4;

pub const FOLLOW: Lookupflags = LOOKUPFLAGS_SYMLINK_FOLLOW;
pub const STAY: Lookupflags = 0;
pub const LOOK: Rights = RIGHTS_FD_READ;
pub const BOTH: Rights = RIGHTS_FD_READ | RIGHTS_FD_WRITE;

/// A time that no clock shows, in nanoseconds.
pub const THEN: u64 = 1_234_567_890_987_654_321;

/// The first preopened directory.
pub fn root() -> File {
    File(3)
}

/// `path_open` with everything said.
pub fn open_with(
    dir: &File,
    follow: Lookupflags,
    path: &str,
    o: Oflags,
    rights: Rights,
    f: Fdflags,
) -> Result<File, Errno> {
    unsafe { path_open(dir.0, follow, path, o, rights, rights, f) }.map(File)
}

/// A file or directory of the tree, for reading.
pub fn open(path: &str) -> Result<File, Errno> {
    open_with(&root(), FOLLOW, path, 0, LOOK, 0)
}

/// What is in `dir`, for reading and writing.
pub fn open_both(dir: &File, path: &str) -> Result<File, Errno> {
    open_with(dir, FOLLOW, path, 0, BOTH, 0)
}

/// A new directory, open.
pub fn directory(dir: &File, path: &str) -> Result<File, Errno> {
    make_directory(dir, path)?;
    open_with(dir, FOLLOW, path, OFLAGS_DIRECTORY, LOOK | RIGHTS_FD_READDIR, 0)
}

/// A new file that holds `text`, for reading and writing, at its start.
pub fn file(dir: &File, name: &str, text: &str) -> Result<File, Errno> {
    let file = open_with(dir, FOLLOW, name, OFLAGS_CREAT | OFLAGS_EXCL, BOTH, 0)?;
    write(&file, text.as_bytes())?;
    seek(&file, 0, WHENCE_SET)?;
    Ok(file)
}

pub fn make_directory(dir: &File, path: &str) -> Result<(), Errno> {
    unsafe { path_create_directory(dir.0, path) }
}

pub fn remove_directory(dir: &File, path: &str) -> Result<(), Errno> {
    unsafe { path_remove_directory(dir.0, path) }
}

pub fn unlink(dir: &File, path: &str) -> Result<(), Errno> {
    unsafe { path_unlink_file(dir.0, path) }
}

pub fn rename(dir: &File, old: &str, to: &File, new: &str) -> Result<(), Errno> {
    unsafe { path_rename(dir.0, old, to.0, new) }
}

pub fn link(dir: &File, old: &str, to: &File, new: &str) -> Result<(), Errno> {
    unsafe { path_link(dir.0, STAY, old, to.0, new) }
}

pub fn symlink(target: &str, dir: &File, name: &str) -> Result<(), Errno> {
    unsafe { path_symlink(target, dir.0, name) }
}

/// `path_readlink` into a buffer of this size.
pub fn readlink(dir: &File, path: &str, size: usize) -> Result<Vec<u8>, Errno> {
    let mut buffer = vec![0; size];
    let length = unsafe { path_readlink(dir.0, path, buffer.as_mut_ptr(), size) }?;
    buffer.truncate(length);
    Ok(buffer)
}

pub fn stat(file: &File) -> Result<Filestat, Errno> {
    unsafe { fd_filestat_get(file.0) }
}

pub fn stat_at(dir: &File, follow: Lookupflags, path: &str) -> Result<Filestat, Errno> {
    unsafe { path_filestat_get(dir.0, follow, path) }
}

pub fn seek(file: &File, offset: i64, whence: Whence) -> Result<u64, Errno> {
    unsafe { fd_seek(file.0, offset, whence) }
}

pub fn write(file: &File, bytes: &[u8]) -> Result<usize, Errno> {
    unsafe { fd_write(file.0, &[Ciovec { buf: bytes.as_ptr(), buf_len: bytes.len() }]) }
}

pub fn write_at(file: &File, bytes: &[u8], offset: u64) -> Result<usize, Errno> {
    unsafe { fd_pwrite(file.0, &[Ciovec { buf: bytes.as_ptr(), buf_len: bytes.len() }], offset) }
}

/// At most `length` bytes from where the descriptor is.
pub fn read(file: &File, length: usize) -> Result<Vec<u8>, Errno> {
    let mut bytes = vec![0; length];
    let read = unsafe { fd_read(file.0, &[Iovec { buf: bytes.as_mut_ptr(), buf_len: length }]) }?;
    bytes.truncate(read);
    Ok(bytes)
}

pub fn read_at(file: &File, length: usize, offset: u64) -> Result<Vec<u8>, Errno> {
    let mut bytes = vec![0; length];
    let read = unsafe { fd_pread(file.0, &[Iovec { buf: bytes.as_mut_ptr(), buf_len: length }], offset) }?;
    bytes.truncate(read);
    Ok(bytes)
}

/// All of a file, by `fd_pread`.
pub fn contents(file: &File) -> Result<Vec<u8>, Errno> {
    let mut all = Vec::new();
    loop {
        let more = read_at(file, 4096, all.len() as u64)?;
        if more.is_empty() {
            return Ok(all);
        }
        all.extend(more);
    }
}

/// All of the file at a path.
pub fn contents_of(dir: &File, path: &str) -> Result<Vec<u8>, Errno> {
    contents(&open_with(dir, FOLLOW, path, 0, LOOK, 0)?)
}

/// An entry of a directory.
#[derive(Debug)]
pub struct Entry {
    pub next: u64,
    pub ino: u64,
    pub kind: Filetype,
    pub name: String,
}

/// The whole entries that fit into a buffer of this size, and how much of it was used.
pub fn entries(dir: &File, size: usize, cookie: u64) -> Result<(Vec<Entry>, usize), Errno> {
    const HEAD: usize = size_of::<Dirent>();
    let mut buffer = vec![0_u8; size];
    let used = unsafe { fd_readdir(dir.0, buffer.as_mut_ptr(), size, cookie) }?;
    let (mut rest, mut found) = (&buffer[..used], Vec::new());
    while rest.len() >= HEAD {
        let head = unsafe { rest.as_ptr().cast::<Dirent>().read_unaligned() };
        let Some(name) = rest.get(HEAD..HEAD + head.d_namlen as usize) else { break };
        let name = String::from_utf8_lossy(name).into_owned();
        found.push(Entry { next: head.d_next, ino: head.d_ino, kind: head.d_type, name });
        rest = &rest[HEAD + head.d_namlen as usize..];
    }
    Ok((found, used))
}

/// Every name but `.` and `..`, sorted, by buffers of this size.
pub fn names_by(dir: &File, size: usize) -> Result<Vec<String>, Saw> {
    let (mut names, mut cookie) = (Vec::new(), 0);
    loop {
        let (found, used) = entries(dir, size, cookie)?;
        cookie = found.last().map_or(cookie, |entry| entry.next);
        if found.is_empty() && used == size {
            return Err(Saw(format!("that no entry fits into {size} bytes")));
        }
        names.extend(found.into_iter().map(|entry| entry.name).filter(|name| name != "." && name != ".."));
        if used < size {
            names.sort();
            return Ok(names);
        }
    }
}

pub fn names(dir: &File) -> Result<Vec<String>, Saw> {
    names_by(dir, 4096)
}

/// The call failed with one of these errors.
pub fn fails<T>(result: Result<T, Errno>, wanted: &[Errno]) -> Outcome {
    let list = || wanted.iter().map(Errno::name).collect::<Vec<_>>().join(" or ");
    match result {
        Err(error) if wanted.contains(&error) => Ok(()),
        Err(error) => Err(Saw(format!("{}, not {}", error.name(), list()))),
        Ok(_) => Err(Saw(format!("success, not {}", list()))),
    }
}

/// The name of the answer to a call, as `suite::spelling` has it.
pub fn answer<T>(result: Result<T, Errno>) -> &'static str {
    let Err(error) = result else { return "ok" };
    match error {
        ERRNO_BADF => "bad-descriptor",
        ERRNO_BUSY => "busy",
        ERRNO_EXIST => "exist",
        ERRNO_INVAL => "invalid",
        ERRNO_ISDIR => "is-directory",
        ERRNO_LOOP => "loop",
        ERRNO_NAMETOOLONG => "name-too-long",
        ERRNO_NOENT => "no-entry",
        ERRNO_NOTDIR => "not-directory",
        ERRNO_NOTEMPTY => "not-empty",
        // Preview1 has a word of its own for what leads out of a directory; hosts say either.
        ERRNO_PERM | ERRNO_NOTCAPABLE => "not-permitted",
        ERRNO_ROFS => "read-only",
        other => other.name(),
    }
}

/// A call's answers to spellings, each on files of its own.
pub fn spellings(
    dir: &File,
    rows: &[&[suite::spelling::Row]],
    call: impl Fn(&File, &str) -> Result<(), Errno>,
) -> Outcome {
    let made = |number: usize| {
        let dir = directory(dir, &number.to_string())?;
        file(&dir, "f", "text")?;
        make_directory(&dir, "d")?;
        file(&directory(&dir, "p")?, "q", "q")?;
        symlink("f", &dir, "l")?;
        symlink("d", &dir, "m")?;
        symlink("none", &dir, "x")?;
        Ok(dir)
    };
    suite::spelling::all(rows, |number, path| {
        let dir = made(number).map_err(|error: Errno| Saw(format!("{} where files were made", error.name())))?;
        Ok(answer(call(&dir, path)))
    })
}
