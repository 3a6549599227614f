//! Sockets: nobody gives a program one.

use vfs_descriptors::Interposer;

use crate::call::ObjectOf;
use crate::{Call, Errno, Program, System};

impl<P: Program, S: System<P>, I: Interposer<ObjectOf<P, S>>> Call<'_, P, S, I> {
    /// Refuses.
    ///
    /// # Errors
    /// - [`Errno::Badf`]: nothing has this number.
    /// - [`Errno::Notsock`]: it is no socket.
    pub fn sock_accept(&mut self, fd: u32, _flags: u32, _accepted: u32) -> Result<(), Errno> {
        self.refuse_socket(fd)
    }

    /// Refuses.
    ///
    /// # Errors
    /// Those of [`Call::sock_accept`].
    pub fn sock_recv(
        &mut self,
        fd: u32,
        _iovs: u32,
        _iovs_len: u32,
        _flags: u32,
        _size: u32,
        _received: u32,
    ) -> Result<(), Errno> {
        self.refuse_socket(fd)
    }

    /// Refuses.
    ///
    /// # Errors
    /// Those of [`Call::sock_accept`].
    pub fn sock_send(&mut self, fd: u32, _iovs: u32, _iovs_len: u32, _flags: u32, _size: u32) -> Result<(), Errno> {
        self.refuse_socket(fd)
    }

    /// Refuses.
    ///
    /// # Errors
    /// Those of [`Call::sock_accept`].
    pub fn sock_shutdown(&mut self, fd: u32, _how: u32) -> Result<(), Errno> {
        self.refuse_socket(fd)
    }

    fn refuse_socket(&self, fd: u32) -> Result<(), Errno> {
        Err(if self.process.descriptors.contains(fd) { Errno::Notsock } else { Errno::Badf })
    }
}
