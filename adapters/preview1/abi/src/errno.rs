//! Error numbers.

use vfs_descriptors::Full;

/// The reason why a call failed, with its number in preview1. Only those that a system here can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u16)]
pub enum Errno {
    /// Permission denied.
    Acces = 2,
    /// It would have to wait.
    Again = 6,
    /// It is being done already.
    Already = 7,
    /// Nothing has this number, or what has it is of another kind.
    Badf = 8,
    /// It is in use.
    Busy = 10,
    /// Everybody would wait for each other.
    Deadlk = 16,
    /// The quota of a user is used up.
    Dquot = 19,
    /// The name is taken.
    Exist = 20,
    /// A pointer lies outside of the program's memory.
    Fault = 21,
    /// The file would be too large.
    Fbig = 22,
    /// A name is not UTF-8.
    Ilseq = 25,
    /// It has begun, and is not done.
    Inprogress = 26,
    /// Interrupted.
    Intr = 27,
    /// An argument is wrong.
    Inval = 28,
    /// Something is damaged.
    Io = 29,
    /// It is a directory.
    Isdir = 31,
    /// Too many symbolic links are on the way.
    Loop = 32,
    /// Too many files are open.
    Mfile = 33,
    /// A node has too many names.
    Mlink = 34,
    /// A message is too long.
    Msgsize = 35,
    /// A path or a name is too long.
    Nametoolong = 37,
    /// There is no such device.
    Nodev = 43,
    /// Nothing is there.
    Noent = 44,
    /// There are no locks left.
    Nolck = 46,
    /// There is no memory left.
    Nomem = 48,
    /// There is no space left.
    Nospc = 51,
    /// It is not a directory.
    Notdir = 54,
    /// The directory has entries.
    Notempty = 55,
    /// The state is lost.
    Notrecoverable = 56,
    /// It is not a socket.
    Notsock = 57,
    /// There is no such thing here.
    Notsup = 58,
    /// It is not a terminal.
    Notty = 59,
    /// There is no such device or address.
    Nxio = 60,
    /// A number does not fit.
    Overflow = 61,
    /// Not permitted.
    Perm = 63,
    /// Nobody reads.
    Pipe = 64,
    /// Nothing can be changed there.
    Rofs = 69,
    /// It has no position.
    Spipe = 70,
    /// A program that runs is in it.
    Txtbsy = 74,
    /// It is on another filesystem.
    Xdev = 75,
}

impl Errno {
    /// Returns what a function of preview1 returns: 0 for success.
    #[must_use]
    pub const fn number(result: Result<(), Self>) -> i32 {
        match result {
            Ok(()) => 0,
            Err(errno) => errno as i32,
        }
    }
}

impl From<Full> for Errno {
    fn from(full: Full) -> Self {
        match full {
            Full::Numbers => Self::Mfile,
            Full::Memory => Self::Nomem,
        }
    }
}

impl From<alloc::collections::TryReserveError> for Errno {
    fn from(_: alloc::collections::TryReserveError) -> Self {
        Self::Nomem
    }
}
