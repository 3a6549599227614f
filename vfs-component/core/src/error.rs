//! Causes of failed operations, without strings.

use vfs_image::ImageError;

/// The cause of a failed operation. The discriminants are the ordinals of `wasi:filesystem`'s `error-code`. Those that
/// come from hosts alone need the feature `host-errors`, because a vfs that cannot meet them is smaller without them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[repr(u8)]
#[non_exhaustive]
pub enum Error {
    /// The host's permissions forbid it.
    #[cfg(feature = "host-errors")]
    #[error("permission denied")]
    Access = 0,
    /// The host is at it already.
    #[cfg(feature = "host-errors")]
    #[error("operation already in progress")]
    Already = 2,
    /// The descriptor does not fit: it is a directory instead of a file, or not open for reading or writing.
    #[error("bad descriptor")]
    BadDescriptor = 3,
    /// The directory is in use and cannot be moved or removed.
    #[error("device or resource busy")]
    Busy = 4,
    /// The host would wait for itself.
    #[cfg(feature = "host-errors")]
    #[error("resource deadlock avoided")]
    Deadlock = 5,
    /// A quota of the host is used up.
    #[cfg(feature = "host-errors")]
    #[error("disk quota exceeded")]
    Quota = 6,
    /// The name is taken.
    #[error("file exists")]
    Exist = 7,
    /// The file would be larger than the largest possible size.
    #[error("file too large")]
    FileTooLarge = 8,
    /// A name or a link's target in the image is not UTF-8.
    #[error("illegal byte sequence")]
    IllegalByteSequence = 9,
    /// The host has begun and is not done.
    #[cfg(feature = "host-errors")]
    #[error("operation in progress")]
    InProgress = 10,
    /// The host was interrupted.
    #[cfg(feature = "host-errors")]
    #[error("interrupted")]
    Interrupted = 11,
    /// The arguments contradict each other or the file.
    #[error("invalid argument")]
    Invalid = 12,
    /// The layer is damaged.
    #[error("i/o error")]
    Io = 13,
    /// The node is a directory.
    #[error("is a directory")]
    IsDirectory = 14,
    /// There are too many symbolic links on the way.
    #[error("too many levels of symbolic links")]
    Loop = 15,
    /// The node has the maximum number of names.
    #[error("too many links")]
    TooManyLinks = 16,
    /// A message is too long for the host.
    #[cfg(feature = "host-errors")]
    #[error("message too long")]
    MessageSize = 17,
    /// A path, name or link target is longer than allowed.
    #[error("file name too long")]
    NameTooLong = 18,
    /// The host has no such device.
    #[cfg(feature = "host-errors")]
    #[error("no such device")]
    NoDevice = 19,
    /// Nothing is there.
    #[error("no such file or directory")]
    NoEntry = 20,
    /// The host has no more locks.
    #[cfg(feature = "host-errors")]
    #[error("no locks available")]
    NoLock = 21,
    /// An allocation failed, or more files would be open than [`Limits::max_open`](crate::limits::Limits::max_open)
    /// allows.
    #[error("cannot allocate memory")]
    InsufficientMemory = 22,
    /// A limit on bytes or nodes is reached.
    #[error("no space left")]
    InsufficientSpace = 23,
    /// The node is not a directory.
    #[error("not a directory")]
    NotDirectory = 24,
    /// The directory has entries.
    #[error("directory not empty")]
    NotEmpty = 25,
    /// The host has lost its state.
    #[cfg(feature = "host-errors")]
    #[error("state not recoverable")]
    NotRecoverable = 26,
    /// The host cannot do this.
    #[cfg(feature = "host-errors")]
    #[error("not supported")]
    Unsupported = 27,
    /// The host's device does not take this request.
    #[cfg(feature = "host-errors")]
    #[error("inappropriate ioctl for device")]
    NoTerminal = 28,
    /// The node is a device, pipe or socket of the image, which has no driver.
    #[error("no such device or address")]
    NoSuchDevice = 29,
    /// A number does not fit.
    #[error("value too large")]
    Overflow = 30,
    /// The path leads out of the descriptor's directory, or this kind of node does not permit the operation.
    #[error("operation not permitted")]
    NotPermitted = 31,
    /// Nobody reads the pipe.
    #[cfg(feature = "host-errors")]
    #[error("broken pipe")]
    Pipe = 32,
    /// The descriptor, or the whole filesystem, is read-only.
    #[error("read-only file system")]
    ReadOnly = 33,
    /// The host cannot move the position there.
    #[cfg(feature = "host-errors")]
    #[error("invalid seek")]
    InvalidSeek = 34,
    /// The host runs the file as a program.
    #[cfg(feature = "host-errors")]
    #[error("text file busy")]
    TextFileBusy = 35,
    /// The two names are on different filesystems: for one of them, the layer makes the changes itself.
    #[error("cross-device link")]
    CrossDevice = 36,
}

/// All errors by ordinal. `would-block`, which a call that blocks has no reason for, is an error of the host.
#[cfg(feature = "host-errors")]
static BY_CODE: [Error; 37] = [
    Error::Access,
    Error::Io,
    Error::Already,
    Error::BadDescriptor,
    Error::Busy,
    Error::Deadlock,
    Error::Quota,
    Error::Exist,
    Error::FileTooLarge,
    Error::IllegalByteSequence,
    Error::InProgress,
    Error::Interrupted,
    Error::Invalid,
    Error::Io,
    Error::IsDirectory,
    Error::Loop,
    Error::TooManyLinks,
    Error::MessageSize,
    Error::NameTooLong,
    Error::NoDevice,
    Error::NoEntry,
    Error::NoLock,
    Error::InsufficientMemory,
    Error::InsufficientSpace,
    Error::NotDirectory,
    Error::NotEmpty,
    Error::NotRecoverable,
    Error::Unsupported,
    Error::NoTerminal,
    Error::NoSuchDevice,
    Error::Overflow,
    Error::NotPermitted,
    Error::Pipe,
    Error::ReadOnly,
    Error::InvalidSeek,
    Error::TextFileBusy,
    Error::CrossDevice,
];

#[cfg(feature = "host-errors")]
impl Error {
    /// Returns the error with an ordinal of `wasi:filesystem`'s `error-code`.
    #[must_use]
    pub fn from_code(code: u8) -> Self {
        BY_CODE.get(usize::from(code)).copied().unwrap_or(Self::Io)
    }
}

/// Tools need the exact fault of an image; an app gets `io` for each.
impl From<ImageError> for Error {
    fn from(_: ImageError) -> Self {
        Self::Io
    }
}

impl From<alloc::collections::TryReserveError> for Error {
    fn from(_: alloc::collections::TryReserveError) -> Self {
        Self::InsufficientMemory
    }
}

impl From<hashbrown::TryReserveError> for Error {
    fn from(_: hashbrown::TryReserveError) -> Self {
        Self::InsufficientMemory
    }
}

#[cfg(all(test, feature = "host-errors"))]
mod tests {
    use super::*;

    #[test]
    fn each_code_is_that_of_its_error() {
        for code in 0..=u8::MAX {
            let error = Error::from_code(code);
            assert!(error as u8 == code || (error == Error::Io && (code == 1 || code > 36)), "{code}: {error:?}");
        }
    }
}
