//! Errors of a volume as error numbers of preview1.

use vfs_core::Error;
use vfs_preview1_abi::Errno;

/// Returns the number of an error.
#[must_use]
pub fn errno(error: Error) -> Errno {
    match error {
        Error::BadDescriptor => Errno::Badf,
        Error::Busy => Errno::Busy,
        Error::Exist => Errno::Exist,
        Error::FileTooLarge => Errno::Fbig,
        Error::IllegalByteSequence => Errno::Ilseq,
        Error::Invalid => Errno::Inval,
        Error::IsDirectory => Errno::Isdir,
        Error::Loop => Errno::Loop,
        Error::TooManyLinks => Errno::Mlink,
        Error::NameTooLong => Errno::Nametoolong,
        Error::NoEntry => Errno::Noent,
        Error::InsufficientMemory => Errno::Nomem,
        Error::InsufficientSpace => Errno::Nospc,
        Error::NotDirectory => Errno::Notdir,
        Error::NotEmpty => Errno::Notempty,
        Error::NoSuchDevice => Errno::Nxio,
        Error::Overflow => Errno::Overflow,
        Error::NotPermitted => Errno::Perm,
        Error::ReadOnly => Errno::Rofs,
        Error::CrossDevice => Errno::Xdev,
        // The core may get more errors.
        _ => Errno::Io,
    }
}
