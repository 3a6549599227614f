//! What calls tell about files: `filestat` and `fdstat`.

use vfs_descriptors::Flags;

use crate::memory::structure;
use crate::{Access, Stream};

/// The kind of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum FileType {
    /// A pipe, or something that preview1 has no number for.
    Unknown = 0,
    /// A block device.
    BlockDevice = 1,
    /// A character device; among the standard streams, a terminal.
    CharacterDevice = 2,
    /// A directory.
    Directory = 3,
    /// A regular file.
    RegularFile = 4,
    /// A socket.
    Socket = 6,
    /// A symbolic link.
    SymbolicLink = 7,
}

/// Metadata of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// A number that no other file has at the same time.
    pub inode: u64,
    /// Its kind.
    pub kind: FileType,
    /// The number of its names.
    pub links: u64,
    /// Its size in bytes.
    pub size: u64,
    /// When it was last read, in nanoseconds since 1970.
    pub accessed: u64,
    /// When its contents last changed.
    pub modified: u64,
    /// When anything of it last changed.
    pub changed: u64,
}

/// Bytes of a `filestat`.
pub(crate) const STAT: u32 = 64;

impl Stat {
    /// Makes a `filestat`. All files are on one device; standard streams are on none.
    pub(crate) fn bytes(self) -> [u8; STAT as usize] {
        let Self { inode, kind, links, size, accessed, modified, changed } = self;
        structure(&[
            (0, &1_u64.to_le_bytes()),
            (8, &inode.to_le_bytes()),
            (16, &[kind as u8]),
            (24, &links.to_le_bytes()),
            (32, &size.to_le_bytes()),
            (40, &accessed.to_le_bytes()),
            (48, &modified.to_le_bytes()),
            (56, &changed.to_le_bytes()),
        ])
    }

    /// Makes the `filestat` of a standard stream, of which nothing else is known.
    pub(crate) fn of_stream(kind: FileType) -> [u8; STAT as usize] {
        structure(&[(16, &[kind as u8])])
    }
}

/// Flags of a descriptor (`fdflags`).
pub(crate) mod fdflags {
    pub const APPEND: u32 = 1;
    pub const DSYNC: u32 = 2;
    pub const NONBLOCK: u32 = 4;
    pub const RSYNC: u32 = 8;
    pub const SYNC: u32 = 16;
    pub const ALL: u32 = 31;
}

/// Rights of a descriptor, which tell C libraries how a file was opened. Those that programs ask about.
pub(crate) mod rights {
    pub const FD_READ: u64 = 1 << 1;
    pub const FD_WRITE: u64 = 1 << 6;
    /// What can be done with a regular file, beside reading and writing: `fd_datasync`, `seek`, `fdstat_set_flags`,
    /// `sync`, `tell`, `advise`, `allocate`, `filestat_get`, `set_size`, `set_times`, `poll_fd_readwrite`.
    pub const FILE: u64 =
        1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 7 | 1 << 8 | 1 << 21 | 1 << 22 | 1 << 23 | 1 << 27;
    /// What can be done with a directory: `path_create_directory` (9), `create_file`, `link_source`, `link_target`,
    /// `open`, `fd_readdir`, `path_readlink`, `rename_source`, `rename_target`, `filestat_get` (18), then
    /// `filestat_set_times` (20), `fd_filestat_get`, `fd_filestat_set_times` (23), `path_symlink`,
    /// `remove_directory`, `unlink_file` (26).
    pub const DIRECTORY: u64 = 0x3ff << 9 | 1 << 20 | 1 << 21 | 1 << 23 | 1 << 24 | 1 << 25 | 1 << 26;
}

/// Bytes of an `fdstat`.
pub(crate) const DESCRIPTOR_STATUS: u32 = 24;

/// Makes an `fdstat`: kind, flags, rights, and the rights of what is opened from there.
fn descriptor_status(kind: FileType, flags: u32, own: u64, inherited: u64) -> [u8; DESCRIPTOR_STATUS as usize] {
    let parts: [(usize, &[u8]); 4] = [
        (0, &[kind as u8]),
        (2, &(flags as u16).to_le_bytes()),
        (8, &own.to_le_bytes()),
        (16, &inherited.to_le_bytes()),
    ];
    structure(&parts)
}

/// Makes the `fdstat` of a regular file.
pub(crate) fn of_file(flags: Flags, access: Access) -> [u8; DESCRIPTOR_STATUS as usize] {
    let bit = |is_set: bool, bit: u32| if is_set { bit } else { 0 };
    let bits = bit(flags.append, fdflags::APPEND) | bit(flags.nonblocking, fdflags::NONBLOCK) | sync_flags(access);
    let right = |access_bit, right| if access.contains(access_bit) { right } else { 0 };
    let own = rights::FILE | right(Access::READ, rights::FD_READ) | right(Access::WRITE, rights::FD_WRITE);
    descriptor_status(FileType::RegularFile, bits, own, own)
}

/// Returns the `*sync` flags that a file was opened with.
pub(crate) fn sync_flags(access: Access) -> u32 {
    let pairs = [(Access::SYNC, fdflags::SYNC), (Access::DSYNC, fdflags::DSYNC), (Access::RSYNC, fdflags::RSYNC)];
    pairs.into_iter().filter(|(access_bit, _)| access.contains(*access_bit)).map(|(_, flag)| flag).sum()
}

/// Makes the `fdstat` of a directory. C libraries open a file below it with the rights that it hands on, so it hands on
/// all, and opening says what is not permitted.
pub(crate) fn of_directory() -> [u8; DESCRIPTOR_STATUS as usize] {
    let inherited = rights::DIRECTORY | rights::FILE | rights::FD_READ | rights::FD_WRITE;
    descriptor_status(FileType::Directory, 0, rights::DIRECTORY, inherited)
}

/// Makes the `fdstat` of a standard stream.
pub(crate) fn of_stream(stream: Stream, kind: FileType) -> [u8; DESCRIPTOR_STATUS as usize] {
    let own = if stream == Stream::Stdin { rights::FD_READ } else { rights::FD_WRITE };
    descriptor_status(kind, 0, own, own)
}
