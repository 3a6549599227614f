//! Files of a volume.

use vfs_core::{
    DescriptorFlags, Error, FileKind, FollowFinalLink, NewTimestamp, OpenFile, OpenFlags, Stat, Timestamp, Volume,
};
use vfs_preview1_abi::{
    self as abi, Access, Buffer, Entry, Errno, FileType, NewTime, Open, Place, Program, Ready, Stream, Streams, System,
    time,
};

use crate::errno::errno;
use crate::{Host, State};

/// A system whose files are those of a volume.
#[derive(Debug)]
pub struct OnVolume<H>(pub H);

/// What is kept of a listing. The listing itself is a cursor in the volume, so it needs no open file of its own.
#[derive(Debug, Default)]
pub struct Listing {
    guess: usize,
    /// The cursor after the last name of which the program was told that it is not UTF-8.
    told: u64,
}

impl<H: State> OnVolume<H> {
    fn volume(&mut self) -> &mut Volume<H::Layer, H::Clock, H::Journal> {
        self.0.parts().0
    }
}

impl<P: Program, H: Host<P>> System<P> for OnVolume<H> {
    type File = OpenFile;
    type Listing = Listing;

    fn open_preopen(&mut self, index: u32) -> Option<Result<OpenFile, Errno>> {
        let (volume, session) = self.0.parts();
        let (path, _) = session.preopens().nth(index as usize)?;
        Some(session.open_directory(volume, path).map_err(errno))
    }

    fn preopen_name(&mut self, index: u32) -> &str {
        self.0.parts().1.preopens().nth(index as usize).map_or("", |(_, name)| name)
    }

    fn open_at(&mut self, at: &OpenFile, path: &str, how: Open) -> Result<(OpenFile, FileType), Errno> {
        let (volume, session) = self.0.parts();
        let (open, flags) = (OpenFlags::from_bits(how.flags), DescriptorFlags::from_bits(how.access.0));
        match volume.open_at(at, path, follow(how.follow), open, flags) {
            Ok(file) => {
                let kind = volume.kind(&file);
                Ok((file, file_type(kind)))
            }
            // 0.2 has no code of its own for this.
            Err(Error::InsufficientMemory) if volume.usage().open >= session.settings.limits.max_open => {
                Err(Errno::Mfile)
            }
            Err(error) => Err(errno(error)),
        }
    }

    fn close(&mut self, file: OpenFile, _listing: Listing) {
        self.volume().close(file);
    }

    fn access(&mut self, file: &OpenFile) -> Result<Access, Errno> {
        let flags = self.volume().flags(file).difference(DescriptorFlags::MUTATE_DIRECTORY);
        Ok(Access(flags.bits()))
    }

    #[inline(always)]
    fn read(&mut self, file: &OpenFile, program: &P, offset: u64, to: Buffer) -> Result<u32, Errno> {
        let mut place = to.address();
        let count = self.volume().read_runs(file, offset, to.length().into(), |run| {
            program.copy_out(run, place);
            place = place.wrapping_add(run.len() as u32);
        });
        // No more than the length of the buffer.
        count.map(|count| count as u32).map_err(errno)
    }

    fn write(&mut self, file: &OpenFile, program: &P, at: Place, from: Buffer) -> Result<u32, Errno> {
        let offset = match at {
            Place::At(offset) => Some(offset),
            Place::End => None,
        };
        let take = |position: usize, bytes: &mut [u8]| program.copy_in(from.address() + position as u32, bytes);
        self.volume().write_from(file, offset, from.length() as usize, take).map_err(errno)?;
        Ok(from.length())
    }

    fn advise(&mut self, file: &OpenFile, _offset: u64, length: u64, _advice: u8) -> Result<(), Errno> {
        self.volume().advise(file, length).map_err(errno)
    }

    fn sync(&mut self, file: &OpenFile, data_only: bool) -> Result<(), Errno> {
        let volume = self.volume();
        if data_only { volume.sync_data(file) } else { volume.sync(file) }.map_err(errno)
    }

    fn set_size(&mut self, file: &OpenFile, size: u64) -> Result<(), Errno> {
        self.volume().set_size(file, size).map_err(errno)
    }

    fn set_times(&mut self, file: &OpenFile, accessed: NewTime, modified: NewTime) -> Result<(), Errno> {
        self.volume().set_times(file, timestamp(accessed), timestamp(modified)).map_err(errno)
    }

    fn size(&mut self, file: &OpenFile) -> Result<u64, Errno> {
        self.volume().stat(file).map(|stat| stat.size).map_err(errno)
    }

    fn size_after_append(&mut self, file: &OpenFile) -> Option<u64> {
        self.volume().stat(file).ok().map(|stat| stat.size)
    }

    fn stat(&mut self, file: &OpenFile) -> Result<abi::Stat, Errno> {
        let volume = self.volume();
        let (stat, (inode, _)) = (volume.stat(file).map_err(errno)?, volume.metadata_hash(file).map_err(errno)?);
        Ok(stat_of(stat, inode))
    }

    fn parent_inode(&mut self, directory: &OpenFile) -> Result<u64, Errno> {
        self.volume().parent_hash(directory).map(|(inode, _)| inode).map_err(errno)
    }

    fn entry<'a>(
        &'a mut self,
        directory: &OpenFile,
        listing: &'a mut Listing,
        cookie: u64,
    ) -> Result<Option<Entry<'a>>, Errno> {
        let volume: &Volume<_, _, _> = self.volume();
        let mut cursor = cookie;
        while let Some(entry) = volume.entry_after(directory, cursor, &mut listing.guess).map_err(errno)? {
            cursor = entry.cursor;
            if let Ok(name) = core::str::from_utf8(entry.name) {
                return Ok(Some(Entry { next: cursor, inode: entry.hash.0, kind: file_type(entry.kind), name }));
            }
            if cursor > listing.told {
                listing.told = cursor;
                return Err(Errno::Ilseq);
            }
        }
        Ok(None)
    }

    fn stat_at(&mut self, at: &OpenFile, path: &str, is_followed: bool) -> Result<abi::Stat, Errno> {
        let (stat, (inode, _)) = self.volume().stat_and_hash_at(at, path, follow(is_followed)).map_err(errno)?;
        Ok(stat_of(stat, inode))
    }

    fn set_times_at(
        &mut self,
        at: &OpenFile,
        path: &str,
        is_followed: bool,
        accessed: NewTime,
        modified: NewTime,
    ) -> Result<(), Errno> {
        let (accessed, modified) = (timestamp(accessed), timestamp(modified));
        self.volume().set_times_at(at, path, follow(is_followed), accessed, modified).map_err(errno)
    }

    fn create_directory_at(&mut self, at: &OpenFile, path: &str) -> Result<(), Errno> {
        self.volume().create_dir_at(at, path).map_err(errno)
    }

    fn remove_directory_at(&mut self, at: &OpenFile, path: &str) -> Result<(), Errno> {
        self.volume().remove_dir_at(at, path).map_err(errno)
    }

    fn unlink_at(&mut self, at: &OpenFile, path: &str) -> Result<(), Errno> {
        self.volume().unlink_file_at(at, path).map_err(errno)
    }

    fn rename_at(&mut self, from: &OpenFile, old: &str, to: &OpenFile, new: &str) -> Result<(), Errno> {
        self.volume().rename_at(from, old, to, new).map_err(errno)
    }

    fn link_at(
        &mut self,
        from: &OpenFile,
        old: &str,
        is_followed: bool,
        to: &OpenFile,
        new: &str,
    ) -> Result<(), Errno> {
        self.volume().link_at(from, old, follow(is_followed), to, new).map_err(errno)
    }

    fn symlink_at(&mut self, target: &str, at: &OpenFile, path: &str) -> Result<(), Errno> {
        self.volume().symlink_at(target, at, path).map_err(errno)
    }

    fn read_link_at(&mut self, at: &OpenFile, path: &str) -> Result<&str, Errno> {
        self.volume().readlink_at(at, path).map_err(errno)
    }

    fn is_terminal(&mut self, stream: Stream) -> bool {
        self.0.is_terminal(stream)
    }

    fn read_stdin(&mut self, program: &P, to: Buffer) -> Result<u32, Errno> {
        self.0.read_stdin(program, to)
    }

    fn write_stream(&mut self, stream: Stream, program: &P, from: Buffer) -> Result<u32, Errno> {
        self.0.write_stream(stream, program, from)
    }

    fn wait(&mut self, streams: Streams, limit: Option<u64>) -> Result<Ready, Errno> {
        self.0.wait(streams, limit)
    }

    fn now(&mut self, clock: abi::Clock) -> Result<u64, Errno> {
        self.0.now(clock)
    }

    fn resolution(&mut self, clock: abi::Clock) -> Result<u64, Errno> {
        self.0.resolution(clock)
    }

    fn random(&mut self, program: &P, to: Buffer) -> Result<(), Errno> {
        self.0.random(program, to)
    }

    fn arguments(&mut self, give: impl FnMut(&[u8])) {
        self.0.arguments(give);
    }

    fn variables(&mut self, give: impl FnMut(&[u8], &[u8])) {
        self.0.variables(give);
    }
}

fn follow(is_followed: bool) -> FollowFinalLink {
    if is_followed { FollowFinalLink::Yes } else { FollowFinalLink::No }
}

fn file_type(kind: FileKind) -> FileType {
    match kind {
        FileKind::RegularFile => FileType::RegularFile,
        FileKind::Directory => FileType::Directory,
        FileKind::SymbolicLink => FileType::SymbolicLink,
        FileKind::CharacterDevice => FileType::CharacterDevice,
        FileKind::BlockDevice => FileType::BlockDevice,
        FileKind::Socket => FileType::Socket,
        FileKind::Fifo => FileType::Unknown,
    }
}

fn stat_of(stat: Stat, inode: u64) -> abi::Stat {
    let Stat { kind, links, size, accessed, modified, changed } = stat;
    let (accessed, modified, changed) = (nanoseconds(accessed), nanoseconds(modified), nanoseconds(changed));
    abi::Stat { inode, kind: file_type(kind), links, size, accessed, modified, changed }
}

fn nanoseconds(time: Timestamp) -> u64 {
    time::nearest(time.seconds, time.nanoseconds)
}

fn timestamp(time: NewTime) -> NewTimestamp {
    match time {
        NewTime::Keep => NewTimestamp::NoChange,
        NewTime::Now => NewTimestamp::Now,
        NewTime::At(time) => {
            let (seconds, nanoseconds) = time::parts(time);
            NewTimestamp::At(Timestamp { seconds, nanoseconds })
        }
    }
}
