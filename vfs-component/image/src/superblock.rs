//! The superblock: 128 bytes at offset 1024.

use crate::bytes::{array, u16_at, u32_at, u64_at};
use crate::{ImageError, Timestamp};

/// Where the superblock is.
pub(crate) const OFFSET: u64 = 1024;
/// Its length, without extension slots.
pub(crate) const SIZE: usize = 128;
/// Its first four bytes.
pub(crate) const MAGIC: u32 = 0xE0F5_E1E2;
/// Base-2 logarithm of the block size.
pub(crate) const BLOCK_BITS: u8 = 12;
/// Bytes in a block.
pub(crate) const BLOCK: u64 = 1 << BLOCK_BITS;

/// `feature_incompat`: how compressed blocks are padded. Says nothing about files that are not compressed.
const ZERO_PADDING: u32 = 0x1;
/// `feature_incompat`: long prefixes of extended attribute names, which we do not read.
const XATTR_PREFIXES: u32 = 0x40;

/// What the reader needs of the superblock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Superblock {
    /// Byte offset that node numbers count from.
    pub metadata: u64,
    /// Node number of the root directory.
    pub root: u16,
}

impl Superblock {
    /// Reads and checks the superblock.
    ///
    /// # Errors
    /// - [`ImageError::TooShort`]: `bytes` ends before the superblock does.
    /// - [`ImageError::Magic`]: no EROFS superblock is there.
    /// - [`ImageError::BlockSize`]: blocks or directory blocks are not 4 KiB.
    /// - [`ImageError::Features`]: a feature is needed that this reader does not have.
    /// - [`ImageError::Truncated`]: `bytes` ends before the image's last block does.
    pub fn read(bytes: &[u8]) -> Result<Self, ImageError> {
        let raw: &[u8; SIZE] = array(bytes, OFFSET).ok_or(ImageError::TooShort)?;
        if u32_at::<0, SIZE>(raw) != MAGIC {
            return Err(ImageError::Magic);
        }
        if raw[12] != BLOCK_BITS {
            return Err(ImageError::BlockSize { bits: raw[12] });
        }
        let unknown = u32_at::<80, SIZE>(raw) & !(ZERO_PADDING | XATTR_PREFIXES);
        if unknown != 0 {
            return Err(ImageError::Features { bits: unknown });
        }
        // Directory blocks are `dirblkbits` powers of two larger than blocks. Nobody makes such images.
        if raw[90] != 0 {
            return Err(ImageError::BlockSize { bits: BLOCK_BITS.saturating_add(raw[90]) });
        }
        let expected = u64::from(u32_at::<36, SIZE>(raw)) * BLOCK;
        if expected > bytes.len() as u64 {
            return Err(ImageError::Truncated { expected });
        }
        Ok(Superblock { metadata: u64::from(u32_at::<40, SIZE>(raw)) * BLOCK, root: u16_at::<14, SIZE>(raw) })
    }

    /// When the image was built; also the time of every compact inode. The epoch where `bytes` holds no superblock.
    pub fn build_time(bytes: &[u8]) -> Timestamp {
        let Some(raw) = array::<SIZE>(bytes, OFFSET) else { return Timestamp::default() };
        Timestamp {
            seconds: u64_at::<24, SIZE>(raw),
            // A damaged value must not reach a clock; the field decides nothing else.
            nanoseconds: u32_at::<32, SIZE>(raw).min(999_999_999),
        }
    }
}
