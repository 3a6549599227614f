//! A call of the program, and what its functions share.

use vfs_descriptors::{Description, Interposer};

use crate::{Buffer, Errno, Object, Process, Program, System};

/// A call of the program. Its methods are the functions of preview1, with the parameters that they have there: pointers
/// and lengths are addresses in the program's memory. Results go to the pointers that come last.
pub struct Call<'a, P, S: System<P>, I = ()>
where
    P: Program,
{
    pub(crate) program: &'a P,
    pub(crate) system: &'a mut S,
    pub(crate) process: &'a mut Process<S::File, S::Listing, I>,
}

/// The descriptors' objects of a system.
pub(crate) type ObjectOf<P, S> = Object<<S as System<P>>::File, <S as System<P>>::Listing>;

impl<'a, P: Program, S: System<P>, I: Interposer<ObjectOf<P, S>>> Call<'a, P, S, I> {
    /// Begins a call. Before the first one, opens what the program has from the start.
    #[inline]
    pub fn new(program: &'a P, system: &'a mut S, process: &'a mut Process<S::File, S::Listing, I>) -> Self {
        process.start(system);
        Self { program, system, process }
    }

    /// Begins a call that uses no descriptor.
    #[inline]
    pub fn without_descriptors(
        program: &'a P,
        system: &'a mut S,
        process: &'a mut Process<S::File, S::Listing, I>,
    ) -> Self {
        Self { program, system, process }
    }

    /// Checks a part of the program's memory.
    pub(crate) fn buffer(&self, address: u32, length: u32) -> Result<Buffer, Errno> {
        Buffer::new(self.program, address, length)
    }

    /// Copies a result out, to where it was checked that it fits.
    pub(crate) fn store(&self, place: Buffer, bytes: &[u8]) -> Result<(), Errno> {
        place.put(self.program, bytes);
        Ok(())
    }

    /// Stores a result that is a number, at a place of four bytes.
    pub(crate) fn store_number(&self, place: Buffer, number: u32) -> Result<(), Errno> {
        self.program.store(number, place.address());
        Ok(())
    }

    /// Uses a descriptor.
    ///
    /// # Errors
    /// - [`Errno::Badf`]: nothing has this number.
    pub(crate) fn with<T>(
        &mut self,
        fd: u32,
        act: impl FnOnce(&P, &mut S, &mut Description<ObjectOf<P, S>>) -> Result<T, Errno>,
    ) -> Result<T, Errno> {
        let Self { program, system, process } = self;
        process.descriptors.with(fd, |description| act(program, system, description)).unwrap_or(Err(Errno::Badf))
    }

    /// Uses a file or a directory.
    ///
    /// # Errors
    /// - [`Errno::Badf`]: nothing has this number, or it is a standard stream.
    pub(crate) fn with_node<T>(
        &mut self,
        fd: u32,
        act: impl FnOnce(&mut S, &S::File) -> Result<T, Errno>,
    ) -> Result<T, Errno> {
        self.with(fd, |_, system, description| match &description.file {
            Object::File(file) | Object::Directory { file, .. } => act(system, file),
            Object::Stream(_) => Err(Errno::Badf),
        })
    }

    /// Uses a file that is no directory.
    ///
    /// # Errors
    /// - [`Errno::Badf`]: nothing has this number, or it is something else.
    pub(crate) fn with_file<T>(
        &mut self,
        fd: u32,
        act: impl FnOnce(&mut S, &S::File) -> Result<T, Errno>,
    ) -> Result<T, Errno> {
        self.with(fd, |_, system, description| match &description.file {
            Object::File(file) => act(system, file),
            Object::Directory { .. } | Object::Stream(_) => Err(Errno::Badf),
        })
    }
}

/// Returns the file of a directory.
///
/// # Errors
/// - [`Errno::Notdir`]: it is a file.
/// - [`Errno::Badf`]: it is a standard stream.
pub(crate) fn directory<F, L>(description: &Description<Object<F, L>>) -> Result<&F, Errno> {
    match &description.file {
        Object::Directory { file, .. } => Ok(file),
        Object::File(_) => Err(Errno::Notdir),
        Object::Stream(_) => Err(Errno::Badf),
    }
}

/// Checks that no other flags are set than preview1 has.
///
/// # Errors
/// - [`Errno::Inval`]: others are.
pub(crate) fn check_flags(flags: u32, all: u32) -> Result<(), Errno> {
    if flags & !all == 0 { Ok(()) } else { Err(Errno::Inval) }
}
