//! Inodes: 32 bytes (compact) or 64 bytes (extended), 32-byte aligned, followed by extended attributes and inline data.

use crate::bytes::{array, u16_at, u32_at, u64_at};
use crate::superblock::{BLOCK, Superblock};
use crate::{ImageError, Timestamp};

/// Bytes between adjacent node numbers.
pub(crate) const SLOT: u64 = 32;
/// Size of a compact inode.
pub(crate) const COMPACT: usize = 32;
/// Size of an extended inode.
pub(crate) const EXTENDED: usize = 64;

/// `i_format` bits 1 to 3: all contents in whole blocks.
pub(crate) const FLAT_PLAIN: u16 = 0;
/// `i_format` bits 1 to 3: whole blocks, and the last part behind the inode.
pub(crate) const FLAT_INLINE: u16 = 2;
const COMPRESSED_FULL: u16 = 1;
const COMPRESSED_COMPACT: u16 = 3;
const CHUNKED: u16 = 4;

/// The number of an inode: its offset in the image, in units of 32 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nid(pub u64);

/// The kind of an inode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// A file with contents.
    RegularFile,
    /// A directory.
    Directory,
    /// A symbolic link.
    SymbolicLink,
    /// A character device.
    CharacterDevice,
    /// A block device.
    BlockDevice,
    /// A named pipe.
    Fifo,
    /// A socket.
    Socket,
}

impl FileKind {
    /// Returns the kind in the upper four bits of a mode.
    #[inline]
    pub(crate) fn from_mode(mode: u16) -> Option<Self> {
        Some(match mode >> 12 {
            0o01 => Self::Fifo,
            0o02 => Self::CharacterDevice,
            0o04 => Self::Directory,
            0o06 => Self::BlockDevice,
            0o10 => Self::RegularFile,
            0o12 => Self::SymbolicLink,
            0o14 => Self::Socket,
            _ => return None,
        })
    }

    /// Returns the kind as the upper four bits of a mode.
    #[cfg(feature = "alloc")]
    pub(crate) fn to_mode(self) -> u16 {
        let bits = match self {
            Self::Fifo => 0o01,
            Self::CharacterDevice => 0o02,
            Self::Directory => 0o04,
            Self::BlockDevice => 0o06,
            Self::RegularFile => 0o10,
            Self::SymbolicLink => 0o12,
            Self::Socket => 0o14,
        };
        bits << 12
    }

    /// Returns the kind as a directory entry has it.
    #[cfg(feature = "alloc")]
    pub(crate) fn to_entry(self) -> u8 {
        match self {
            Self::RegularFile => 1,
            Self::Directory => 2,
            Self::CharacterDevice => 3,
            Self::BlockDevice => 4,
            Self::Fifo => 5,
            Self::Socket => 6,
            Self::SymbolicLink => 7,
        }
    }

    /// Returns the kind in a directory entry, which may be absent.
    #[inline]
    pub(crate) fn from_entry(file_type: u8) -> Option<Self> {
        Some(match file_type {
            1 => Self::RegularFile,
            2 => Self::Directory,
            3 => Self::CharacterDevice,
            4 => Self::BlockDevice,
            5 => Self::Fifo,
            6 => Self::Socket,
            7 => Self::SymbolicLink,
            _ => return None,
        })
    }
}

/// An inode that was read and checked: its contents lie inside its image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inode {
    /// Its number.
    pub nid: Nid,
    /// Its kind.
    pub kind: FileKind,
    /// Permission bits, at most `0o7777`.
    pub mode: u16,
    /// Number of names.
    pub links: u32,
    /// Length of the contents in bytes; 0 for devices, pipes and sockets.
    pub size: u64,
    /// Time of the last change of the contents.
    pub modified: Timestamp,
    /// The first `body_size` bytes of the contents lie at image offset `body`.
    pub(crate) body: u64,
    pub(crate) body_size: u64,
    /// The rest of the contents lies at image offset `tail`.
    pub(crate) tail: u64,
}

impl Inode {
    /// Reads the inode `nid`.
    #[inline]
    pub(crate) fn read(bytes: &[u8], metadata: u64, nid: Nid) -> Result<Self, ImageError> {
        let outside = ImageError::NidOutOfRange { nid: nid.0 };
        let offset = nid.0.checked_mul(SLOT).and_then(|o| o.checked_add(metadata)).ok_or(outside)?;
        let head: &[u8; COMPACT] = array(bytes, offset).ok_or(outside)?;

        let format = u16_at::<0, COMPACT>(head);
        let layout = match format >> 1 {
            layout @ (FLAT_PLAIN | FLAT_INLINE) => layout,
            COMPRESSED_FULL | COMPRESSED_COMPACT => return Err(ImageError::Compressed { offset }),
            CHUNKED => return Err(ImageError::Chunked { offset }),
            _ => return Err(ImageError::InodeFormat { offset }),
        };
        let mode = u16_at::<4, COMPACT>(head);
        let kind = FileKind::from_mode(mode).ok_or(ImageError::InodeKind { offset })?;

        let (length, size, links, modified);
        if format & 1 == 0 {
            length = COMPACT as u64;
            size = u64::from(u32_at::<8, COMPACT>(head));
            links = u32::from(u16_at::<6, COMPACT>(head));
            // Compact inodes have no time of their own: it is the image's, plus a field that is 0 in older images.
            let image = Superblock::build_time(bytes);
            let seconds = image.seconds.saturating_add(u64::from(u32_at::<12, COMPACT>(head)));
            modified = Timestamp { seconds, nanoseconds: image.nanoseconds };
        } else {
            let full: &[u8; EXTENDED] = array(bytes, offset).ok_or(outside)?;
            length = EXTENDED as u64;
            size = u64_at::<8, EXTENDED>(full);
            links = u32_at::<44, EXTENDED>(full);
            modified = Timestamp { seconds: u64_at::<32, EXTENDED>(full), nanoseconds: u32_at::<40, EXTENDED>(full) };
            if modified.nanoseconds >= 1_000_000_000 {
                return Err(ImageError::InodeTime { offset });
            }
        }

        let mut inode =
            Inode { nid, kind, mode: mode & 0o7777, links, size, modified, body: 0, body_size: size, tail: 0 };
        match kind {
            FileKind::RegularFile | FileKind::Directory | FileKind::SymbolicLink => {}
            _ => {
                // The fields for the place of the contents hold the device's number.
                inode.size = 0;
                inode.body_size = 0;
                return Ok(inode);
            }
        }
        let end = bytes.len() as u64;
        if layout == FLAT_INLINE && size > 0 {
            // The tail is the part in the last block, even if that is full.
            inode.body_size = (size - 1) & !(BLOCK - 1);
            let tail_size = size - inode.body_size;
            // `offset + length` is at most the size of the image, and attributes are at most 256 KiB: no overflow.
            inode.tail = offset + length + attributes_size(u16_at::<2, COMPACT>(head));
            if inode.tail % BLOCK + tail_size > BLOCK {
                return Err(ImageError::InlineTail { offset });
            }
            if inode.tail + tail_size > end {
                return Err(ImageError::Extent { offset });
            }
        }
        if inode.body_size > 0 {
            inode.body = u64::from(u32_at::<16, COMPACT>(head)) * BLOCK;
            if inode.body.checked_add(inode.body_size).is_none_or(|body_end| body_end > end) {
                return Err(ImageError::Extent { offset });
            }
        }
        Ok(inode)
    }
}

/// Returns the number of bytes of extended attributes between an inode and its inline data.
#[inline]
fn attributes_size(count: u16) -> u64 {
    if count == 0 { 0 } else { 12 + 4 * (u64::from(count) - 1) }
}
