//! Causes of failed operations, without strings.

use vfs_image::ImageError;

/// The cause of a failed operation. The discriminants are the ordinals of `wasi:filesystem`'s `error-code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[repr(u8)]
#[non_exhaustive]
pub enum Error {
    /// The descriptor does not fit: it is a directory instead of a file, or not open for reading or writing.
    #[error("bad descriptor")]
    BadDescriptor = 3,
    /// The directory is in use and cannot be moved or removed.
    #[error("device or resource busy")]
    Busy = 4,
    /// The name is taken.
    #[error("file exists")]
    Exist = 7,
    /// The file would be larger than the largest possible size.
    #[error("file too large")]
    FileTooLarge = 8,
    /// A name or a link's target in the image is not UTF-8.
    #[error("illegal byte sequence")]
    IllegalByteSequence = 9,
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
    /// A path, name or link target is longer than allowed.
    #[error("file name too long")]
    NameTooLong = 18,
    /// Nothing is there.
    #[error("no such file or directory")]
    NoEntry = 20,
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
    /// The node is a device, pipe or socket of the image, which has no driver.
    #[error("no such device or address")]
    NoSuchDevice = 29,
    /// A number does not fit.
    #[error("value too large")]
    Overflow = 30,
    /// The path leads out of the descriptor's directory, or this kind of node does not permit the operation.
    #[error("operation not permitted")]
    NotPermitted = 31,
    /// The descriptor, or the whole filesystem, is read-only.
    #[error("read-only file system")]
    ReadOnly = 33,
    /// The two names are on different filesystems: for one of them, the layer makes the changes itself.
    #[error("cross-device link")]
    CrossDevice = 36,
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
