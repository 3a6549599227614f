//! Files.

use core::cell::Cell;

use vfs_preview1_abi::{
    Access, Buffer, Clock, Entry, Errno, FileType, NewTime, Open, Place, Ready, Stat, Stream, Streams, System, time,
};

use crate::host::{self, Host};
use crate::lists::Raw;
use crate::program::{self, Caller, StreamError};
use crate::wasi::{self, DescriptorStat, NewTimestamp, Opt, Res};

/// `symlink-follow` of `path-flags`.
const FOLLOW: u32 = 1;
/// `mutate-directory` of `descriptor-flags`, which preview1 does not have.
const MUTATE_DIRECTORY: u8 = 32;
/// Hosts read no more than a number of bytes at a time, of their choice, which is not below this one. A read that
/// returned less has met the end of the file.
const LEAST_CAP: u32 = 16 << 10;

/// What a program's calls act on: WASI 0.2.
#[derive(Default)]
pub struct OverWasi {
    host: Host,
    preopens: Option<Vec<Preopen>>,
    /// The last target of a symbolic link.
    target: String,
}

struct Preopen {
    name: String,
    /// Until the program has it.
    file: Option<File>,
}

/// A descriptor of the host, which is dropped with it.
pub struct File {
    descriptor: u32,
    /// A stream that appends to it.
    end: Cell<Option<u32>>,
}

impl File {
    fn new(descriptor: u32) -> Self {
        Self { descriptor, end: Cell::new(None) }
    }

    /// Returns the stream that appends, which the first append opens.
    fn end(&self) -> Result<u32, Errno> {
        if let Some(end) = self.end.get() {
            return Ok(end);
        }
        let end = done(wasi::append_via_stream(self.descriptor))?;
        self.end.set(Some(end));
        Ok(end)
    }

    /// Drops that stream. One that has failed cannot be used again.
    fn drop_end(&self) {
        if let Some(end) = self.end.take() {
            wasi::drop_output_stream(end);
        }
    }
}

impl Drop for File {
    fn drop(&mut self) {
        self.drop_end();
        wasi::drop_descriptor(self.descriptor);
    }
}

/// The entries of a directory, as they were when its listing began. So cookies stay good whatever the program removes
/// meanwhile, as it does when it removes a tree.
#[derive(Default)]
pub struct Listing {
    names: Option<Vec<Named>>,
    /// The cookie after the last name of which the program was told that it is not UTF-8.
    told: u64,
    /// The cookie after the last entry that was returned, and its inode. A program asks for it again if its buffer was
    /// too small.
    last: (u64, u64),
}

/// An entry of a listing; `Err` is one whose name preview1 cannot have.
type Named = Result<(FileType, String), Errno>;

impl OverWasi {
    fn preopens(&mut self) -> &mut [Preopen] {
        self.preopens.get_or_insert_with(|| {
            let directories: Vec<(u32, Raw)> = wasi::get_directories().take();
            let preopen = |(file, name): (u32, Raw)| Preopen { name: name.take_string(), file: Some(File::new(file)) };
            directories.into_iter().map(preopen).collect()
        })
    }
}

impl System<Caller> for OverWasi {
    type File = File;
    type Listing = Listing;

    fn open_preopen(&mut self, index: u32) -> Option<Result<File, Errno>> {
        let preopen = self.preopens().get_mut(index as usize)?;
        Some(preopen.file.take().ok_or(Errno::Badf))
    }

    fn preopen_name(&mut self, index: u32) -> &str {
        self.preopens().get(index as usize).map_or("", |preopen| &preopen.name)
    }

    fn open_at(&mut self, at: &File, path: &str, how: Open) -> Result<(File, FileType), Errno> {
        let opened = wasi::open_at(at.descriptor, follow(how.follow), path, how.flags.into(), how.access.0.into());
        let file = File::new(done(opened)?);
        let kind = done(wasi::get_type(file.descriptor))?;
        Ok((file, file_type(kind)))
    }

    fn close(&mut self, file: File, listing: Listing) {
        drop((file, listing));
    }

    fn access(&mut self, file: &File) -> Result<Access, Errno> {
        Ok(Access(done(wasi::get_flags(file.descriptor))? & !MUTATE_DIRECTORY))
    }

    fn read(&mut self, file: &File, _program: &Caller, offset: u64, to: Buffer) -> Result<u32, Errno> {
        let mut count = 0;
        loop {
            let rest = to.after(count);
            match program::read_file(file.descriptor, offset + u64::from(count), rest) {
                Ok(more) => {
                    count += more;
                    if more < LEAST_CAP || more >= rest.length() {
                        return Ok(count);
                    }
                }
                Err(error) if count == 0 => return Err(errno(error)),
                Err(_) => return Ok(count),
            }
        }
    }

    fn write(&mut self, file: &File, _program: &Caller, at: Place, from: Buffer) -> Result<u32, Errno> {
        match at {
            Place::At(offset) => program::write_file(file.descriptor, offset, from).map_err(errno),
            Place::End => {
                let result = host::write(file.end()?, from);
                result.map(|()| from.length()).map_err(|error| {
                    file.drop_end();
                    errno_of_file(error)
                })
            }
        }
    }

    fn advise(&mut self, file: &File, offset: u64, length: u64, advice: u8) -> Result<(), Errno> {
        done(wasi::advise(file.descriptor, offset, length, advice.into())).map(drop)
    }

    fn sync(&mut self, file: &File, data_only: bool) -> Result<(), Errno> {
        done(if data_only { wasi::sync_data(file.descriptor) } else { wasi::sync(file.descriptor) }).map(drop)
    }

    fn set_size(&mut self, file: &File, size: u64) -> Result<(), Errno> {
        done(wasi::set_size(file.descriptor, size)).map(drop)
    }

    fn set_times(&mut self, file: &File, accessed: NewTime, modified: NewTime) -> Result<(), Errno> {
        done(wasi::set_times(file.descriptor, timestamp(accessed), timestamp(modified))).map(drop)
    }

    fn size(&mut self, file: &File) -> Result<u64, Errno> {
        done(wasi::stat(file.descriptor)).map(|stat| stat.size)
    }

    fn size_after_append(&mut self, _file: &File) -> Option<u64> {
        None
    }

    fn stat(&mut self, file: &File) -> Result<Stat, Errno> {
        let stat = done(wasi::stat(file.descriptor))?;
        Ok(stat_of(stat, done(wasi::metadata_hash(file.descriptor))?.lower))
    }

    fn parent_inode(&mut self, directory: &File) -> Result<u64, Errno> {
        // No path leads out of a directory.
        done(wasi::metadata_hash(directory.descriptor)).map(|hash| hash.lower)
    }

    fn entry<'a>(
        &'a mut self,
        directory: &File,
        listing: &'a mut Listing,
        cookie: u64,
    ) -> Result<Option<Entry<'a>>, Errno> {
        if cookie == 0 || listing.names.is_none() {
            listing.names = Some(list(directory)?);
            listing.last = (0, 0);
        }
        let names = listing.names.as_deref().unwrap_or_default();
        let rest = usize::try_from(cookie).ok().and_then(|cookie| names.get(cookie..)).unwrap_or_default();
        for (next, named) in (cookie + 1..).zip(rest) {
            let (kind, name) = match named {
                Ok((kind, name)) => (*kind, name),
                Err(errno) if next > listing.told => {
                    listing.told = next;
                    return Err(*errno);
                }
                Err(_) => continue,
            };
            if listing.last.0 == next {
                return Ok(Some(Entry { next, inode: listing.last.1, kind, name }));
            }
            match done(wasi::metadata_hash_at(directory.descriptor, 0, name)) {
                Ok(hash) => {
                    listing.last = (next, hash.lower);
                    return Ok(Some(Entry { next, inode: hash.lower, kind, name }));
                }
                // It was removed since.
                Err(Errno::Noent) => {}
                Err(errno) => return Err(errno),
            }
        }
        Ok(None)
    }

    fn stat_at(&mut self, at: &File, path: &str, is_followed: bool) -> Result<Stat, Errno> {
        let stat = done(wasi::stat_at(at.descriptor, follow(is_followed), path))?;
        Ok(stat_of(stat, done(wasi::metadata_hash_at(at.descriptor, follow(is_followed), path))?.lower))
    }

    fn set_times_at(
        &mut self,
        at: &File,
        path: &str,
        is_followed: bool,
        accessed: NewTime,
        modified: NewTime,
    ) -> Result<(), Errno> {
        let (accessed, modified) = (timestamp(accessed), timestamp(modified));
        done(wasi::set_times_at(at.descriptor, follow(is_followed), path, accessed, modified)).map(drop)
    }

    fn create_directory_at(&mut self, at: &File, path: &str) -> Result<(), Errno> {
        done(wasi::create_directory_at(at.descriptor, path)).map(drop)
    }

    fn remove_directory_at(&mut self, at: &File, path: &str) -> Result<(), Errno> {
        done(wasi::remove_directory_at(at.descriptor, path)).map(drop)
    }

    fn unlink_at(&mut self, at: &File, path: &str) -> Result<(), Errno> {
        done(wasi::unlink_file_at(at.descriptor, path)).map(drop)
    }

    fn rename_at(&mut self, from: &File, old: &str, to: &File, new: &str) -> Result<(), Errno> {
        done(wasi::rename_at(from.descriptor, old, to.descriptor, new)).map(drop)
    }

    fn link_at(&mut self, from: &File, old: &str, is_followed: bool, to: &File, new: &str) -> Result<(), Errno> {
        done(wasi::link_at(from.descriptor, follow(is_followed), old, to.descriptor, new)).map(drop)
    }

    fn symlink_at(&mut self, target: &str, at: &File, path: &str) -> Result<(), Errno> {
        done(wasi::symlink_at(target, at.descriptor, path)).map(drop)
    }

    fn read_link_at(&mut self, at: &File, path: &str) -> Result<&str, Errno> {
        self.target = done(wasi::readlink_at(at.descriptor, path))?.take_string();
        Ok(&self.target)
    }

    fn is_terminal(&mut self, stream: Stream) -> bool {
        Host::is_terminal(stream)
    }

    fn read_stdin(&mut self, _program: &Caller, to: Buffer) -> Result<u32, Errno> {
        self.host.read_stdin(to)
    }

    fn write_stream(&mut self, stream: Stream, _program: &Caller, from: Buffer) -> Result<u32, Errno> {
        self.host.write_stream(stream, from)
    }

    fn wait(&mut self, streams: Streams, limit: Option<u64>) -> Result<Ready, Errno> {
        self.host.wait(streams, limit)
    }

    fn now(&mut self, clock: Clock) -> Result<u64, Errno> {
        Host::now(clock)
    }

    fn resolution(&mut self, clock: Clock) -> Result<u64, Errno> {
        Host::resolution(clock)
    }

    fn random(&mut self, _program: &Caller, to: Buffer) -> Result<(), Errno> {
        Host::random(to)
    }

    fn arguments(&mut self, mut give: impl FnMut(&[u8])) {
        self.host.arguments().iter().for_each(|argument| give(argument.as_bytes()));
    }

    fn variables(&mut self, mut give: impl FnMut(&[u8], &[u8])) {
        self.host.variables().iter().for_each(|(name, value)| give(name.as_bytes(), value.as_bytes()));
    }
}

/// Reads all entries of a directory.
fn list(directory: &File) -> Result<Vec<Named>, Errno> {
    let stream = done(wasi::read_directory(directory.descriptor))?;
    let names = read_all(stream);
    wasi::drop_directory_entry_stream(stream);
    names
}

fn read_all(stream: u32) -> Result<Vec<Named>, Errno> {
    let mut names = Vec::new();
    loop {
        let named = match done(wasi::read_directory_entry(stream)) {
            Ok(Opt::Some(entry)) => Ok((file_type(entry.kind), entry.name.take_string())),
            Ok(Opt::None) => return Ok(names),
            Err(Errno::Ilseq) => Err(Errno::Ilseq),
            Err(errno) => return Err(errno),
        };
        names.try_reserve(1)?;
        names.push(named);
    }
}

/// Returns the reason why a stream of a file has failed.
fn errno_of_file(error: StreamError) -> Errno {
    let StreamError::Failed(error) = error else { return Errno::Io };
    let code = wasi::filesystem_error_code(error);
    wasi::drop_error(error);
    match code {
        Opt::Some(code) => errno(code),
        Opt::None => Errno::Io,
    }
}

fn done<T>(result: Res<T>) -> Result<T, Errno> {
    result.into_result().map_err(errno)
}

/// Returns the number of an `error-code`.
fn errno(code: u8) -> Errno {
    const ALL: [Errno; 37] = [
        Errno::Acces,
        Errno::Again,
        Errno::Already,
        Errno::Badf,
        Errno::Busy,
        Errno::Deadlk,
        Errno::Dquot,
        Errno::Exist,
        Errno::Fbig,
        Errno::Ilseq,
        Errno::Inprogress,
        Errno::Intr,
        Errno::Inval,
        Errno::Io,
        Errno::Isdir,
        Errno::Loop,
        Errno::Mlink,
        Errno::Msgsize,
        Errno::Nametoolong,
        Errno::Nodev,
        Errno::Noent,
        Errno::Nolck,
        Errno::Nomem,
        Errno::Nospc,
        Errno::Notdir,
        Errno::Notempty,
        Errno::Notrecoverable,
        Errno::Notsup,
        Errno::Notty,
        Errno::Nxio,
        Errno::Overflow,
        Errno::Perm,
        Errno::Pipe,
        Errno::Rofs,
        Errno::Spipe,
        Errno::Txtbsy,
        Errno::Xdev,
    ];
    ALL.get(usize::from(code)).copied().unwrap_or(Errno::Io)
}

fn follow(is_followed: bool) -> u32 {
    if is_followed { FOLLOW } else { 0 }
}

/// Returns a `descriptor-type` as preview1 has it.
fn file_type(kind: u8) -> FileType {
    match kind {
        1 => FileType::BlockDevice,
        2 => FileType::CharacterDevice,
        3 => FileType::Directory,
        5 => FileType::SymbolicLink,
        6 => FileType::RegularFile,
        7 => FileType::Socket,
        // Pipes among them.
        _ => FileType::Unknown,
    }
}

fn stat_of(stat: DescriptorStat, inode: u64) -> Stat {
    let DescriptorStat { kind, links, size, accessed, modified, changed } = stat;
    let (accessed, modified, changed) = (nanoseconds(accessed), nanoseconds(modified), nanoseconds(changed));
    Stat { inode, kind: file_type(kind), links, size, accessed, modified, changed }
}

/// Returns a time in nanoseconds since 1970; 0 if there is none.
fn nanoseconds(time: Opt<wasi::Datetime>) -> u64 {
    let Opt::Some(time) = time else { return 0 };
    time::nearest(time.seconds, time.nanoseconds)
}

fn timestamp(time: NewTime) -> NewTimestamp {
    match time {
        NewTime::Keep => (0, 0, 0),
        NewTime::Now => (1, 0, 0),
        NewTime::At(time) => {
            let (seconds, nanoseconds) = time::parts(time);
            (2, seconds, nanoseconds)
        }
    }
}
