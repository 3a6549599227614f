//! Reading and writing contents.

use vfs_descriptors::Interposer;

use crate::call::ObjectOf;
use crate::vector::{Buffers, Vector};
use crate::{Buffer, Call, Errno, MAX_OFFSET, Object, Place, Program, Stream, System};

impl<P: Program, S: System<P>, I: Interposer<ObjectOf<P, S>>> Call<'_, P, S, I> {
    /// Reads from the position on.
    ///
    /// # Errors
    /// - [`Errno::Fault`]: a pointer lies outside of the memory.
    /// - [`Errno::Badf`]: it cannot be read.
    /// - [`Errno::Inval`]: it would end behind the last offset that a file can have.
    /// - Those of [`System::read`] and [`System::read_stdin`].
    pub fn fd_read(&mut self, fd: u32, iovs: u32, iovs_len: u32, size: u32) -> Result<(), Errno> {
        let size = self.buffer(size, 4)?;
        let (vector, length) = Vector::new(self.program, iovs, iovs_len)?;
        let count = self.with(fd, |program, system, description| match &description.file {
            Object::File(file) => {
                let position = known_position(system, file, &mut description.position)?;
                let count = read(program, system, file, position, vector, length)?;
                description.position += u64::from(count);
                Ok(count)
            }
            // The first buffer is enough: a second wait would keep back what the first has brought.
            Object::Stream(Stream::Stdin) => match Buffers::new(program, vector.list()).next() {
                Some(buffer) => system.read_stdin(program, buffer?),
                None => Ok(0),
            },
            Object::Directory { .. } | Object::Stream(_) => Err(Errno::Badf),
        })?;
        self.store_number(size, count)
    }

    /// Reads from an offset on, and leaves the position as it is.
    ///
    /// # Errors
    /// - [`Errno::Spipe`]: it is standard input.
    /// - Those of [`Call::fd_read`].
    pub fn fd_pread(&mut self, fd: u32, iovs: u32, iovs_len: u32, offset: u64, size: u32) -> Result<(), Errno> {
        let size = self.buffer(size, 4)?;
        let (vector, length) = Vector::new(self.program, iovs, iovs_len)?;
        let count = self.with(fd, |program, system, description| match &description.file {
            Object::File(file) => read(program, system, file, offset, vector, length),
            Object::Stream(Stream::Stdin) => Err(Errno::Spipe),
            Object::Directory { .. } | Object::Stream(_) => Err(Errno::Badf),
        })?;
        self.store_number(size, count)
    }

    /// Writes at the position, or at the end if the descriptor appends.
    ///
    /// # Errors
    /// - [`Errno::Fault`]: a pointer lies outside of the memory.
    /// - [`Errno::Badf`]: it cannot be written.
    /// - Those of [`System::write`] and [`System::write_stream`].
    pub fn fd_write(&mut self, fd: u32, iovs: u32, iovs_len: u32, size: u32) -> Result<(), Errno> {
        let size = self.buffer(size, 4)?;
        let (vector, _) = Vector::new(self.program, iovs, iovs_len)?;
        let count = self.with(fd, |program, system, description| match &description.file {
            Object::File(file) if description.flags.append => {
                let count = write(program, system, file, Place::End, vector)?;
                description.position = system.size_after_append(file).unwrap_or(AT_END);
                Ok(count)
            }
            Object::File(file) => {
                let position = known_position(system, file, &mut description.position)?;
                let count = write(program, system, file, Place::At(position), vector)?;
                description.position += u64::from(count);
                Ok(count)
            }
            Object::Stream(stream @ (Stream::Stdout | Stream::Stderr)) => {
                let written = each(program, vector.list(), |buffer, _| system.write_stream(*stream, program, buffer));
                written.map(|count| count.unwrap_or(0))
            }
            Object::Directory { .. } | Object::Stream(Stream::Stdin) => Err(Errno::Badf),
        })?;
        self.store_number(size, count)
    }

    /// Writes at an offset, and leaves the position as it is. If the descriptor appends, writes at the end all the
    /// same, as on Linux.
    ///
    /// # Errors
    /// - [`Errno::Spipe`]: it is standard output or standard error.
    /// - Those of [`Call::fd_write`].
    pub fn fd_pwrite(&mut self, fd: u32, iovs: u32, iovs_len: u32, offset: u64, size: u32) -> Result<(), Errno> {
        let size = self.buffer(size, 4)?;
        let (vector, _) = Vector::new(self.program, iovs, iovs_len)?;
        let count = self.with(fd, |program, system, description| match &description.file {
            Object::File(file) => {
                let place = if description.flags.append { Place::End } else { Place::At(offset) };
                write(program, system, file, place, vector)
            }
            Object::Stream(Stream::Stdout | Stream::Stderr) => Err(Errno::Spipe),
            Object::Directory { .. } | Object::Stream(Stream::Stdin) => Err(Errno::Badf),
        })?;
        self.store_number(size, count)
    }
}

/// A position at the end of the file, after something was appended and as long as nobody asks where that is. No file is
/// that long.
const AT_END: u64 = u64::MAX;

/// Returns the position of a descriptor.
pub(crate) fn known_position<P: Program, S: System<P>>(
    system: &mut S,
    file: &S::File,
    position: &mut u64,
) -> Result<u64, Errno> {
    if *position == AT_END {
        *position = system.size(file)?;
    }
    Ok(*position)
}

/// Reads contents into a vector whose buffers have `length` bytes together.
#[inline(always)]
fn read<P: Program, S: System<P>>(
    program: &P,
    system: &mut S,
    file: &S::File,
    offset: u64,
    vector: Vector,
    length: u32,
) -> Result<u32, Errno> {
    if offset.checked_add(u64::from(length)).is_none_or(|end| end > MAX_OFFSET) {
        return Err(Errno::Inval);
    }
    if let Some(only) = vector.only() {
        return system.read(file, program, offset, only);
    }
    read_several(program, system, file, offset, vector.list())
}

/// Reads contents into several buffers, or into none. Apart, because most vectors have one.
#[inline(never)]
fn read_several<P: Program, S: System<P>>(
    program: &P,
    system: &mut S,
    file: &S::File,
    offset: u64,
    list: Buffer,
) -> Result<u32, Errno> {
    let mut read = |buffer, before: u32| system.read(file, program, offset + u64::from(before), buffer);
    match each(program, list, &mut read)? {
        Some(count) => Ok(count),
        // What cannot be read cannot be read into nothing either.
        None => read(Buffer::EMPTY, 0),
    }
}

/// Writes contents from a vector.
fn write<P: Program, S: System<P>>(
    program: &P,
    system: &mut S,
    file: &S::File,
    place: Place,
    vector: Vector,
) -> Result<u32, Errno> {
    if let Some(only) = vector.only() {
        return system.write(file, program, place, only);
    }
    let written = each(program, vector.list(), |buffer, before| {
        let place = match place {
            // What is too far for an offset is too far for a file as well.
            Place::At(offset) => Place::At(offset.saturating_add(u64::from(before))),
            Place::End => Place::End,
        };
        system.write(file, program, place, buffer)
    })?;
    match written {
        Some(count) => Ok(count),
        None => system.write(file, program, place, Buffer::EMPTY),
    }
}

/// Does something with each buffer of a vector's list, given how many bytes were done before, until a buffer is done in part.
/// Returns the number of bytes; `None` if there is no buffer. After the first bytes, a failure ends the loop.
#[inline(never)]
fn each<P: Program>(
    program: &P,
    list: Buffer,
    mut act: impl FnMut(Buffer, u32) -> Result<u32, Errno>,
) -> Result<Option<u32>, Errno> {
    let mut done = None;
    for buffer in Buffers::new(program, list) {
        let before = done.unwrap_or(0);
        // What was read before may lie in the vector itself, so a buffer can be wrong now.
        match buffer.and_then(|buffer| Ok((act(buffer, before)?, buffer.length()))) {
            Ok((count, length)) => {
                // Only a vector that a read has changed can exceed the sum that was checked.
                done = Some(before.saturating_add(count));
                if count < length {
                    break;
                }
            }
            Err(errno) if before == 0 => return Err(errno),
            Err(_) => break,
        }
    }
    Ok(done)
}
