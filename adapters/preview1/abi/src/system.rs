//! What the calls of a program act on.

use crate::{Buffer, Errno, FileType, Program, Stat};

/// What a program's calls act on: its files, its standard streams, and what else it can ask for. A function is done
/// when it returns; only an error number leaves it.
pub trait System<P: Program> {
    /// An open file or directory.
    type File;
    /// What is kept of a listing between two calls, for each open directory.
    type Listing: Default;

    /// Opens a directory that the program has from the start. `None`: there are no more.
    fn open_preopen(&mut self, index: u32) -> Option<Result<Self::File, Errno>>;

    /// Returns the name by which the program knows such a directory.
    fn preopen_name(&mut self, index: u32) -> &str;

    /// Opens the node at a path from a directory, or makes a file there.
    ///
    /// # Errors
    /// - The reason why it cannot be opened. Nothing was made then.
    fn open_at(&mut self, at: &Self::File, path: &str, how: Open) -> Result<(Self::File, FileType), Errno>;

    /// Closes a file or a directory.
    fn close(&mut self, file: Self::File, listing: Self::Listing);

    /// Returns the permitted uses of a file.
    ///
    /// # Errors
    /// - The reason why that is not known.
    fn access(&mut self, file: &Self::File) -> Result<Access, Errno>;

    /// Copies contents from `offset` on to the program, and returns the number of bytes: less than fit only at the end
    /// of the file, or if a wait was interrupted.
    ///
    /// # Errors
    /// - The reason why nothing was read.
    fn read(&mut self, file: &Self::File, program: &P, offset: u64, to: Buffer) -> Result<u32, Errno>;

    /// Writes contents from the program, and returns the number of bytes.
    ///
    /// # Errors
    /// - The reason why nothing was written.
    fn write(&mut self, file: &Self::File, program: &P, at: Place, from: Buffer) -> Result<u32, Errno>;

    /// Tells how contents will be used (`posix_fadvise`); `advice` is one of preview1's six.
    ///
    /// # Errors
    /// - The reason why the advice makes no sense.
    fn advise(&mut self, file: &Self::File, offset: u64, length: u64, advice: u8) -> Result<(), Errno>;

    /// Writes what was changed to the disk, `data_only` without metadata that nobody needs to read it.
    ///
    /// # Errors
    /// - The reason why it may be lost.
    fn sync(&mut self, file: &Self::File, data_only: bool) -> Result<(), Errno>;

    /// Changes the size of a file.
    ///
    /// # Errors
    /// - The reason why it has its size still.
    fn set_size(&mut self, file: &Self::File, size: u64) -> Result<(), Errno>;

    /// Sets the times of a file or a directory.
    ///
    /// # Errors
    /// - The reason why it has its times still.
    fn set_times(&mut self, file: &Self::File, accessed: NewTime, modified: NewTime) -> Result<(), Errno>;

    /// Returns the size of a file.
    ///
    /// # Errors
    /// - The reason why it is not known.
    fn size(&mut self, file: &Self::File) -> Result<u64, Errno>;

    /// Returns the size of a file to whose end was just written, if that costs little. Otherwise it is asked for once it is
    /// needed.
    fn size_after_append(&mut self, file: &Self::File) -> Option<u64>;

    /// Returns metadata.
    ///
    /// # Errors
    /// - The reason why it is not known.
    fn stat(&mut self, file: &Self::File) -> Result<Stat, Errno>;

    /// Returns the inode of the directory that a directory is in, or its own if there is none.
    ///
    /// # Errors
    /// - The reason why it is not known.
    fn parent_inode(&mut self, directory: &Self::File) -> Result<u64, Errno>;

    /// Returns the entry of a directory that follows a cookie; 0 is the start. Never `.` or `..`.
    ///
    /// # Errors
    /// - [`Errno::Ilseq`]: its name is not UTF-8. Asked again, the function passes over it.
    /// - The reason why the directory cannot be listed.
    fn entry<'a>(
        &'a mut self,
        directory: &Self::File,
        listing: &'a mut Self::Listing,
        cookie: u64,
    ) -> Result<Option<Entry<'a>>, Errno>;

    /// Returns the metadata of the node at a path.
    ///
    /// # Errors
    /// - The reason why it is not known.
    fn stat_at(&mut self, at: &Self::File, path: &str, follow: bool) -> Result<Stat, Errno>;

    /// Sets the times of the node at a path.
    ///
    /// # Errors
    /// - The reason why it has its times still.
    fn set_times_at(
        &mut self,
        at: &Self::File,
        path: &str,
        follow: bool,
        accessed: NewTime,
        modified: NewTime,
    ) -> Result<(), Errno>;

    /// Makes a directory.
    ///
    /// # Errors
    /// - The reason why it was not made.
    fn create_directory_at(&mut self, at: &Self::File, path: &str) -> Result<(), Errno>;

    /// Removes an empty directory.
    ///
    /// # Errors
    /// - The reason why it was not removed.
    fn remove_directory_at(&mut self, at: &Self::File, path: &str) -> Result<(), Errno>;

    /// Removes the name of something that is no directory.
    ///
    /// # Errors
    /// - The reason why it was not removed.
    fn unlink_at(&mut self, at: &Self::File, path: &str) -> Result<(), Errno>;

    /// Moves a name.
    ///
    /// # Errors
    /// - The reason why it was not moved.
    fn rename_at(&mut self, from: &Self::File, old: &str, to: &Self::File, new: &str) -> Result<(), Errno>;

    /// Makes another name.
    ///
    /// # Errors
    /// - The reason why it was not made.
    fn link_at(&mut self, from: &Self::File, old: &str, follow: bool, to: &Self::File, new: &str) -> Result<(), Errno>;

    /// Makes a symbolic link.
    ///
    /// # Errors
    /// - The reason why it was not made.
    fn symlink_at(&mut self, target: &str, at: &Self::File, path: &str) -> Result<(), Errno>;

    /// Returns the target of a symbolic link.
    ///
    /// # Errors
    /// - The reason why it is not known.
    fn read_link_at(&mut self, at: &Self::File, path: &str) -> Result<&str, Errno>;

    /// Returns whether a standard stream is a terminal.
    fn is_terminal(&mut self, stream: Stream) -> bool;

    /// Copies bytes of standard input to the program, of which the buffer has room for at least one, and returns their
    /// number. Waits for the first; 0 at the end.
    ///
    /// # Errors
    /// - The reason why nothing was read.
    fn read_stdin(&mut self, program: &P, to: Buffer) -> Result<u32, Errno>;

    /// Writes bytes of the program to standard output or standard error, and returns their number.
    ///
    /// # Errors
    /// - The reason why nothing was written.
    fn write_stream(&mut self, stream: Stream, program: &P, from: Buffer) -> Result<u32, Errno>;

    /// Waits until one of the streams is ready or the time is over: as many nanoseconds as `limit` says, 0 to look
    /// only. Without a limit, at least one stream is there.
    ///
    /// # Errors
    /// - The reason why waiting is not possible.
    fn wait(&mut self, streams: Streams, limit: Option<u64>) -> Result<Ready, Errno>;

    /// Returns the time of a clock in nanoseconds.
    ///
    /// # Errors
    /// - [`Errno::Overflow`]: it does not fit.
    fn now(&mut self, clock: Clock) -> Result<u64, Errno>;

    /// Returns the resolution of a clock in nanoseconds.
    ///
    /// # Errors
    /// - [`Errno::Overflow`]: it does not fit.
    fn resolution(&mut self, clock: Clock) -> Result<u64, Errno>;

    /// Copies random bytes to the program, as many as fit.
    ///
    /// # Errors
    /// - The reason why there are none.
    fn random(&mut self, program: &P, to: Buffer) -> Result<(), Errno>;

    /// Gives the arguments, with the name of the program first. Within one call of the program they do not change.
    fn arguments(&mut self, give: impl FnMut(&[u8]));

    /// Gives the names and values of the environment; see [`System::arguments`].
    fn variables(&mut self, give: impl FnMut(&[u8], &[u8]));
}

/// How a file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open {
    /// Whether a symbolic link at the end of the path is followed.
    pub follow: bool,
    /// `create` 1, `directory` 2, `exclusive` 4, `truncate` 8: the bits of preview1's `oflags`, and of 0.2's
    /// `open-flags`.
    pub flags: u8,
    /// What it will be used for.
    pub access: Access,
}

/// Uses of a file. The bits are those of 0.2's `descriptor-flags`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Access(pub u8);

impl Access {
    /// Contents can be read.
    pub const READ: Self = Self(1);
    /// Contents can be written.
    pub const WRITE: Self = Self(2);
    /// Every change is on the disk when the call returns.
    pub const SYNC: Self = Self(4);
    /// The same for contents.
    pub const DSYNC: Self = Self(8);
    /// The same for what is read.
    pub const RSYNC: Self = Self(16);

    /// Returns whether all of `other` are permitted.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// Where a write goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// To an offset.
    At(u64),
    /// To the end of the file.
    End,
}

/// A new value for a time of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewTime {
    /// The old value.
    Keep,
    /// The present.
    Now,
    /// Nanoseconds since 1970.
    At(u64),
}

/// An entry of a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The cookie that follows it; larger than the one before.
    pub next: u64,
    /// Its inode, as [`Stat`] has it.
    pub inode: u64,
    /// Its kind.
    pub kind: FileType,
    /// Its name.
    pub name: &'a str,
}

/// A standard stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard input.
    Stdin,
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// Standard streams: those to wait for, or those that are ready.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Streams {
    /// Standard input, to be read.
    pub stdin: bool,
    /// Standard output, to be written.
    pub stdout: bool,
    /// Standard error, to be written.
    pub stderr: bool,
}

impl Streams {
    /// Returns whether a stream is among them.
    #[must_use]
    pub const fn contains(self, stream: Stream) -> bool {
        match stream {
            Stream::Stdin => self.stdin,
            Stream::Stdout => self.stdout,
            Stream::Stderr => self.stderr,
        }
    }

    /// Adds a stream.
    pub(crate) fn add(&mut self, stream: Stream) {
        match stream {
            Stream::Stdin => self.stdin = true,
            Stream::Stdout => self.stdout = true,
            Stream::Stderr => self.stderr = true,
        }
    }
}

/// Why a wait is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ready {
    /// Those that are ready, of the streams that were asked for.
    pub streams: Streams,
    /// Whether the time is over.
    pub is_over: bool,
}

/// A clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The time of day, since 1970.
    Realtime,
    /// A time that never goes back, since anything.
    Monotonic,
}
