//! Descriptors: numbers, positions, flags, metadata.

use vfs_descriptors::{Description, Flags, Interposer};

use crate::call::{ObjectOf, check_flags};
use crate::contents::known_position;
use crate::paths::times;
use crate::status::{self, DESCRIPTOR_STATUS, STAT, Stat, fdflags};
use crate::{Access, Call, Errno, FileType, MAX_OFFSET, Object, Program, Stream, System};

impl<P: Program, S: System<P>, I: Interposer<ObjectOf<P, S>>> Call<'_, P, S, I> {
    /// Closes a descriptor. Its number is free then.
    ///
    /// # Errors
    /// - [`Errno::Badf`]: nothing has this number.
    pub fn fd_close(&mut self, fd: u32) -> Result<(), Errno> {
        let closed = self.process.descriptors.remove(fd).ok_or(Errno::Badf)?;
        self.close(closed);
        Ok(())
    }

    /// Moves a descriptor to another number, which is in use, and closes what had that.
    ///
    /// # Errors
    /// - [`Errno::Badf`]: nothing has one of the numbers.
    pub fn fd_renumber(&mut self, fd: u32, to: u32) -> Result<(), Errno> {
        let closed = self.process.descriptors.renumber(fd, to).ok_or(Errno::Badf)?;
        self.close(closed);
        Ok(())
    }

    /// Closes what no number refers to any more.
    fn close(&mut self, closed: Option<Description<ObjectOf<P, S>>>) {
        match closed.map(|description| description.file) {
            Some(Object::File(file)) => self.system.close(file, S::Listing::default()),
            Some(Object::Directory { file, listing, .. }) => self.system.close(file, listing),
            Some(Object::Stream(_)) | None => {}
        }
    }

    /// Moves the position, and tells it: from the start (`whence` 0), from where it is (1) or from the end (2).
    ///
    /// # Errors
    /// - [`Errno::Fault`]: a pointer lies outside of the memory.
    /// - [`Errno::Inval`]: it would be before the start, or where no file ends; or `whence` is none of the three.
    /// - [`Errno::Spipe`]: it is a standard stream.
    /// - [`Errno::Badf`]: nothing has this number, or it is a directory.
    pub fn fd_seek(&mut self, fd: u32, offset: i64, whence: u32, position: u32) -> Result<(), Errno> {
        let place = self.buffer(position, 8)?;
        let position = self.with(fd, |_, system, description| {
            let file = seekable(&description.file)?;
            let from = match whence {
                0 => 0,
                1 => known_position(system, file, &mut description.position)?,
                2 => system.size(file)?,
                _ => return Err(Errno::Inval),
            };
            let position = from.checked_add_signed(offset).filter(|position| *position <= MAX_OFFSET);
            description.position = position.ok_or(Errno::Inval)?;
            Ok(description.position)
        })?;
        self.store(place, &position.to_le_bytes())
    }

    /// Tells the position.
    ///
    /// # Errors
    /// - [`Errno::Fault`]: a pointer lies outside of the memory.
    /// - [`Errno::Spipe`]: it is a standard stream.
    /// - [`Errno::Badf`]: nothing has this number, or it is a directory.
    pub fn fd_tell(&mut self, fd: u32, position: u32) -> Result<(), Errno> {
        let place = self.buffer(position, 8)?;
        let position = self.with(fd, |_, system, description| {
            let file = seekable(&description.file)?;
            known_position(system, file, &mut description.position)
        })?;
        self.store(place, &position.to_le_bytes())
    }

    /// Tells kind, flags and rights.
    ///
    /// # Errors
    /// - [`Errno::Fault`]: a pointer lies outside of the memory.
    /// - [`Errno::Badf`]: nothing has this number.
    pub fn fd_fdstat_get(&mut self, fd: u32, stat: u32) -> Result<(), Errno> {
        let place = self.buffer(stat, DESCRIPTOR_STATUS)?;
        let bytes = self.with(fd, |_, system, description| {
            Ok(match &description.file {
                Object::File(file) => status::of_file(description.flags, system.access(file)?),
                Object::Directory { .. } => status::of_directory(),
                Object::Stream(stream) => status::of_stream(*stream, kind(system, *stream)),
            })
        })?;
        self.store(place, &bytes)
    }

    /// Changes the flags: whether the descriptor appends, and whether it never waits. The others stay what they were
    /// when the file was opened.
    ///
    /// # Errors
    /// - [`Errno::Inval`]: the other flags differ from those of the file, or preview1 has no such flag.
    /// - [`Errno::Badf`]: nothing has this number, or it is no file.
    pub fn fd_fdstat_set_flags(&mut self, fd: u32, flags: u32) -> Result<(), Errno> {
        check_flags(flags, fdflags::ALL)?;
        self.with(fd, |_, system, description| {
            let Object::File(file) = &description.file else { return Err(Errno::Badf) };
            let others = flags & !(fdflags::APPEND | fdflags::NONBLOCK);
            if others != 0 && others != status::sync_flags(system.access(file)?) {
                return Err(Errno::Inval);
            }
            description.flags = flags_of(flags);
            Ok(())
        })
    }

    /// Refuses: rights come from how a file was opened.
    ///
    /// # Errors
    /// - [`Errno::Badf`]: nothing has this number, or it is a standard stream.
    /// - [`Errno::Notsup`]: it is a file or a directory.
    pub fn fd_fdstat_set_rights(&mut self, fd: u32, _base: u64, _inheriting: u64) -> Result<(), Errno> {
        self.with_node(fd, |_, _| Err(Errno::Notsup))
    }

    /// Tells metadata.
    ///
    /// # Errors
    /// - [`Errno::Fault`]: a pointer lies outside of the memory.
    /// - [`Errno::Badf`]: nothing has this number.
    /// - Those of [`System::stat`].
    pub fn fd_filestat_get(&mut self, fd: u32, stat: u32) -> Result<(), Errno> {
        let place = self.buffer(stat, STAT)?;
        let bytes = self.with(fd, |_, system, description| {
            Ok(match &description.file {
                Object::File(file) | Object::Directory { file, .. } => system.stat(file)?.bytes(),
                Object::Stream(stream) => Stat::of_stream(kind(system, *stream)),
            })
        })?;
        self.store(place, &bytes)
    }

    /// Changes the size.
    ///
    /// # Errors
    /// - [`Errno::Badf`]: nothing has this number, or it is no file.
    /// - Those of [`System::set_size`].
    pub fn fd_filestat_set_size(&mut self, fd: u32, size: u64) -> Result<(), Errno> {
        self.with_file(fd, |system, file| system.set_size(file, size))
    }

    /// Sets times, each if its flag says so: `atim` 1, the present 2, `mtim` 4, the present 8.
    ///
    /// # Errors
    /// - [`Errno::Inval`]: a time is to be both, or preview1 has no such flag.
    /// - [`Errno::Badf`]: nothing has this number, or it is a standard stream.
    /// - Those of [`System::set_times`].
    pub fn fd_filestat_set_times(&mut self, fd: u32, atim: u64, mtim: u64, flags: u32) -> Result<(), Errno> {
        let (accessed, modified) = times(atim, mtim, flags)?;
        self.with_node(fd, |system, file| system.set_times(file, accessed, modified))
    }

    /// Passes advice on: `advice` is one of six.
    ///
    /// # Errors
    /// - [`Errno::Inval`]: there is no such advice.
    /// - [`Errno::Badf`]: nothing has this number, or it is no file.
    /// - Those of [`System::advise`].
    pub fn fd_advise(&mut self, fd: u32, offset: u64, length: u64, advice: u32) -> Result<(), Errno> {
        let advice = u8::try_from(advice).ok().filter(|advice| *advice < 6).ok_or(Errno::Inval)?;
        self.with_file(fd, |system, file| system.advise(file, offset, length, advice))
    }

    /// Refuses: nothing can be kept free for a file.
    ///
    /// # Errors
    /// - [`Errno::Badf`]: nothing has this number, or it is no file.
    /// - [`Errno::Notsup`]: it is a file.
    pub fn fd_allocate(&mut self, fd: u32, _offset: u64, _length: u64) -> Result<(), Errno> {
        self.with_file(fd, |_, _| Err(Errno::Notsup))
    }

    /// Writes contents to the disk.
    ///
    /// # Errors
    /// - [`Errno::Badf`]: nothing has this number, or it is a standard stream.
    /// - Those of [`System::sync`].
    pub fn fd_datasync(&mut self, fd: u32) -> Result<(), Errno> {
        self.with_node(fd, |system, file| system.sync(file, true))
    }

    /// Writes contents and metadata to the disk.
    ///
    /// # Errors
    /// Those of [`Call::fd_datasync`].
    pub fn fd_sync(&mut self, fd: u32) -> Result<(), Errno> {
        self.with_node(fd, |system, file| system.sync(file, false))
    }

    /// Tells that it is a directory which the program has from the start, and how long its name is.
    ///
    /// # Errors
    /// - [`Errno::Fault`]: a pointer lies outside of the memory.
    /// - [`Errno::Badf`]: nothing has this number, or it is something else.
    pub fn fd_prestat_get(&mut self, fd: u32, stat: u32) -> Result<(), Errno> {
        let place = self.buffer(stat, 8)?;
        let length = self.with(fd, |_, system, description| match description.file {
            Object::Directory { preopen: Some(index), .. } => Ok(system.preopen_name(index).len() as u64),
            _ => Err(Errno::Badf),
        })?;
        // The tag of a directory, three bytes of nothing, and the length.
        self.store(place, &(length << 32).to_le_bytes())
    }

    /// Tells the name of a directory that the program has from the start, without a zero.
    ///
    /// # Errors
    /// - [`Errno::Fault`]: a pointer lies outside of the memory.
    /// - [`Errno::Badf`]: nothing has this number.
    /// - [`Errno::Notdir`]: it is something else.
    /// - [`Errno::Nametoolong`]: it does not fit.
    pub fn fd_prestat_dir_name(&mut self, fd: u32, path: u32, path_len: u32) -> Result<(), Errno> {
        let place = self.buffer(path, path_len)?;
        self.with(fd, |program, system, description| {
            let Object::Directory { preopen: Some(index), .. } = description.file else { return Err(Errno::Notdir) };
            let name = system.preopen_name(index).as_bytes();
            if name.len() > place.length() as usize {
                return Err(Errno::Nametoolong);
            }
            place.put(program, name);
            Ok(())
        })
    }
}

/// Returns a file that has a position.
fn seekable<F, L>(object: &Object<F, L>) -> Result<&F, Errno> {
    match object {
        Object::File(file) => Ok(file),
        Object::Directory { .. } => Err(Errno::Badf),
        Object::Stream(_) => Err(Errno::Spipe),
    }
}

/// Returns the flags that a program can change.
pub(crate) fn flags_of(flags: u32) -> Flags {
    Flags { append: flags & fdflags::APPEND != 0, nonblocking: flags & fdflags::NONBLOCK != 0 }
}

/// Returns the uses for which a file is opened with these rights and flags.
pub(crate) fn access_of(rights: u64, flags: u32) -> Access {
    let pairs = [
        (rights & status::rights::FD_READ != 0, Access::READ),
        (rights & status::rights::FD_WRITE != 0, Access::WRITE),
        (flags & fdflags::SYNC != 0, Access::SYNC),
        (flags & fdflags::DSYNC != 0, Access::DSYNC),
        (flags & fdflags::RSYNC != 0, Access::RSYNC),
    ];
    Access(pairs.into_iter().filter(|(is_set, _)| *is_set).map(|(_, access)| access.0).sum())
}

/// Returns the kind of a standard stream.
fn kind<P: Program>(system: &mut impl System<P>, stream: Stream) -> FileType {
    if system.is_terminal(stream) { FileType::CharacterDevice } else { FileType::Unknown }
}
