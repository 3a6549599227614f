//! Functions that take paths.

use alloc::vec::Vec;

use vfs_descriptors::{Description, Interposer};

use crate::call::{ObjectOf, check_flags, directory};
use crate::descriptors::{access_of, flags_of};
use crate::status::{STAT, fdflags};
use crate::{Buffer, Call, Errno, FileType, MAX_PATH, NewTime, Object, Open, Process, Program, System};

/// All flags of `oflags`.
const OPEN_FLAGS: u32 = 15;

impl<P: Program, S: System<P>, I: Interposer<ObjectOf<P, S>>> Call<'_, P, S, I> {
    /// Opens the node at a path, or makes a file there, and tells its descriptor's number.
    ///
    /// # Errors
    /// - [`Errno::Inval`]: preview1 has no such flag.
    /// - [`Errno::Mfile`]: too many files are open. [`Errno::Nomem`]: an allocation failed.
    /// - Those of [`Call::path_filestat_get`] and [`System::open_at`].
    #[expect(clippy::too_many_arguments, reason = "it is preview1's function")]
    pub fn path_open(
        &mut self,
        fd: u32,
        lookup_flags: u32,
        path: u32,
        path_len: u32,
        open_flags: u32,
        rights: u64,
        _inheriting: u64,
        flags: u32,
        opened: u32,
    ) -> Result<(), Errno> {
        let (path, place) = (self.buffer(path, path_len)?, self.buffer(opened, 4)?);
        check_flags(open_flags, OPEN_FLAGS)?;
        check_flags(flags, fdflags::ALL)?;
        let how = Open { follow: follow(lookup_flags)?, flags: open_flags as u8, access: access_of(rights, flags) };
        if !self.process.descriptors.contains(fd) {
            return Err(Errno::Badf);
        }
        let number = self.process.descriptors.reserve()?;
        let (file, kind) = self.at(fd, path, |system, at, path| system.open_at(at, path, how))?;
        let object = match kind {
            FileType::Directory => Object::Directory { file, listing: S::Listing::default(), preopen: None },
            _ => Object::File(file),
        };
        self.process.descriptors.put(number, Description::new(object, flags_of(flags)));
        self.store_number(place, number)
    }

    /// Tells the metadata of the node at a path.
    ///
    /// # Errors
    /// - [`Errno::Fault`]: a pointer lies outside of the memory.
    /// - [`Errno::Inval`]: preview1 has no such flag.
    /// - [`Errno::Badf`]: nothing has this number, or it is a standard stream.
    /// - [`Errno::Notdir`]: it is a file.
    /// - [`Errno::Nametoolong`]: the path is longer than [`MAX_PATH`].
    /// - [`Errno::Ilseq`]: it is not UTF-8.
    /// - [`Errno::Nomem`]: an allocation failed.
    /// - Those of [`System::stat_at`].
    pub fn path_filestat_get(&mut self, fd: u32, flags: u32, path: u32, path_len: u32, stat: u32) -> Result<(), Errno> {
        let (path, place) = (self.buffer(path, path_len)?, self.buffer(stat, STAT)?);
        let follow = follow(flags)?;
        let stat = self.at(fd, path, |system, at, path| system.stat_at(at, path, follow))?;
        self.store(place, &stat.bytes())
    }

    /// Sets the times of the node at a path; see [`Call::fd_filestat_set_times`].
    ///
    /// # Errors
    /// - [`Errno::Inval`]: a time is to be both, or preview1 has no such flag.
    /// - Those of [`Call::path_filestat_get`] and [`System::set_times_at`].
    #[expect(clippy::too_many_arguments, reason = "it is preview1's function")]
    pub fn path_filestat_set_times(
        &mut self,
        fd: u32,
        flags: u32,
        path: u32,
        path_len: u32,
        atim: u64,
        mtim: u64,
        time_flags: u32,
    ) -> Result<(), Errno> {
        let path = self.buffer(path, path_len)?;
        let (follow, (accessed, modified)) = (follow(flags)?, times(atim, mtim, time_flags)?);
        self.at(fd, path, |system, at, path| system.set_times_at(at, path, follow, accessed, modified))
    }

    /// Makes a directory.
    ///
    /// # Errors
    /// Those of [`Call::path_filestat_get`] and [`System::create_directory_at`].
    pub fn path_create_directory(&mut self, fd: u32, path: u32, path_len: u32) -> Result<(), Errno> {
        let path = self.buffer(path, path_len)?;
        self.at(fd, path, |system, at, path| system.create_directory_at(at, path))
    }

    /// Removes an empty directory.
    ///
    /// # Errors
    /// Those of [`Call::path_filestat_get`] and [`System::remove_directory_at`].
    pub fn path_remove_directory(&mut self, fd: u32, path: u32, path_len: u32) -> Result<(), Errno> {
        let path = self.buffer(path, path_len)?;
        self.at(fd, path, |system, at, path| system.remove_directory_at(at, path))
    }

    /// Removes the name of something that is no directory.
    ///
    /// # Errors
    /// Those of [`Call::path_filestat_get`] and [`System::unlink_at`].
    pub fn path_unlink_file(&mut self, fd: u32, path: u32, path_len: u32) -> Result<(), Errno> {
        let path = self.buffer(path, path_len)?;
        self.at(fd, path, |system, at, path| system.unlink_at(at, path))
    }

    /// Copies the target of a symbolic link out, as much as fits, and tells how much that was.
    ///
    /// # Errors
    /// Those of [`Call::path_filestat_get`] and [`System::read_link_at`].
    pub fn path_readlink(
        &mut self,
        fd: u32,
        path: u32,
        path_len: u32,
        buf: u32,
        buf_len: u32,
        size: u32,
    ) -> Result<(), Errno> {
        let (path, size) = (self.buffer(path, path_len)?, self.buffer(size, 4)?);
        let (buffer, program) = (self.buffer(buf, buf_len)?, self.program);
        let left = self.at(fd, path, |system, at, path| {
            let target = system.read_link_at(at, path)?;
            Ok(buffer.put(program, target.as_bytes()).length())
        })?;
        self.store_number(size, buf_len - left)
    }

    /// Moves a name.
    ///
    /// # Errors
    /// Those of [`Call::path_filestat_get`] and [`System::rename_at`].
    pub fn path_rename(
        &mut self,
        fd: u32,
        old_path: u32,
        old_path_len: u32,
        new_fd: u32,
        new_path: u32,
        new_path_len: u32,
    ) -> Result<(), Errno> {
        let (old, new) = (self.buffer(old_path, old_path_len)?, self.buffer(new_path, new_path_len)?);
        self.at_two((fd, old), (new_fd, new), |system, (from, old), (to, new)| system.rename_at(from, old, to, new))
    }

    /// Makes another name of a file.
    ///
    /// # Errors
    /// Those of [`Call::path_filestat_get`] and [`System::link_at`].
    #[expect(clippy::too_many_arguments, reason = "it is preview1's function")]
    pub fn path_link(
        &mut self,
        old_fd: u32,
        old_flags: u32,
        old_path: u32,
        old_path_len: u32,
        new_fd: u32,
        new_path: u32,
        new_path_len: u32,
    ) -> Result<(), Errno> {
        let (old, new) = (self.buffer(old_path, old_path_len)?, self.buffer(new_path, new_path_len)?);
        let follow = follow(old_flags)?;
        self.at_two((old_fd, old), (new_fd, new), |system, (from, old), (to, new)| {
            system.link_at(from, old, follow, to, new)
        })
    }

    /// Makes a symbolic link.
    ///
    /// # Errors
    /// Those of [`Call::path_filestat_get`] and [`System::symlink_at`].
    pub fn path_symlink(
        &mut self,
        old_path: u32,
        old_path_len: u32,
        fd: u32,
        new_path: u32,
        new_path_len: u32,
    ) -> Result<(), Errno> {
        let (target, path) = (self.buffer(old_path, old_path_len)?, self.buffer(new_path, new_path_len)?);
        let Self { program, system, process } = self;
        let Process { descriptors, paths: [target_bytes, path_bytes], .. } = &mut **process;
        let made = descriptors.with(fd, |description| {
            let at = directory(description)?;
            let (target, path) = (text(*program, target, target_bytes)?, text(*program, path, path_bytes)?);
            system.symlink_at(target, at, path)
        });
        made.unwrap_or(Err(Errno::Badf))
    }

    /// Uses a directory and a path from there.
    fn at<T>(
        &mut self,
        fd: u32,
        path: Buffer,
        act: impl FnOnce(&mut S, &S::File, &str) -> Result<T, Errno>,
    ) -> Result<T, Errno> {
        let Self { program, system, process } = self;
        let Process { descriptors, paths: [bytes, _], .. } = &mut **process;
        let result = descriptors.with(fd, |description| {
            let at = directory(description)?;
            act(system, at, text(*program, path, bytes)?)
        });
        result.unwrap_or(Err(Errno::Badf))
    }

    /// Uses two directories, and a path from each.
    fn at_two<T>(
        &mut self,
        (fd, path): (u32, Buffer),
        (other_fd, other_path): (u32, Buffer),
        act: impl FnOnce(&mut S, (&S::File, &str), (&S::File, &str)) -> Result<T, Errno>,
    ) -> Result<T, Errno> {
        let Self { program, system, process } = self;
        let Process { descriptors, paths: [bytes, other_bytes], .. } = &mut **process;
        let result = descriptors.with_two(fd, other_fd, |description, other| {
            let (at, other_at) = (directory(description)?, directory(other)?);
            let (path, other_path) = (text(*program, path, bytes)?, text(*program, other_path, other_bytes)?);
            act(system, (at, path), (other_at, other_path))
        });
        result.unwrap_or(Err(Errno::Badf))
    }
}

/// Copies a text in.
///
/// # Errors
/// - [`Errno::Nametoolong`]: it is longer than a path can be.
/// - [`Errno::Ilseq`]: it is not UTF-8.
/// - [`Errno::Nomem`]: an allocation failed.
fn text<'b>(program: &impl Program, from: Buffer, bytes: &'b mut Vec<u8>) -> Result<&'b str, Errno> {
    if from.length() > MAX_PATH {
        return Err(Errno::Nametoolong);
    }
    let length = from.length() as usize;
    // What it has of longer paths stays: to shorten it would mean to fill it again.
    if bytes.len() < length {
        bytes.try_reserve(length - bytes.len())?;
        bytes.resize(length, 0);
    }
    let bytes = bytes.get_mut(..length).unwrap_or_default();
    if length > 0 {
        program.copy_in(from.address(), bytes);
    }
    core::str::from_utf8(bytes).map_err(|_| Errno::Ilseq)
}

/// Decodes `lookupflags`.
///
/// # Errors
/// - [`Errno::Inval`]: preview1 has no such flag.
fn follow(flags: u32) -> Result<bool, Errno> {
    check_flags(flags, 1)?;
    Ok(flags == 1)
}

/// Decodes new times: `fstflags` say which are meant.
///
/// # Errors
/// - [`Errno::Inval`]: a time is to be a given one and the present, or preview1 has no such flag.
pub(crate) fn times(accessed: u64, modified: u64, flags: u32) -> Result<(NewTime, NewTime), Errno> {
    check_flags(flags, 15)?;
    let time = |given, flags| match flags & 3 {
        0 => Ok(NewTime::Keep),
        1 => Ok(NewTime::At(given)),
        2 => Ok(NewTime::Now),
        _ => Err(Errno::Inval),
    };
    Ok((time(accessed, flags)?, time(modified, flags >> 2)?))
}
