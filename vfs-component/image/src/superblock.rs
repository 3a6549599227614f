//! The superblock: 128 bytes at offset 1024.

use crate::bytes::{array, u16_at, u32_at, u64_at};
use crate::{ImageError, Timestamp};

/// Offset of the superblock.
pub(crate) const OFFSET: u64 = 1024;
/// Its length, without extension slots.
pub(crate) const SIZE: usize = 128;
/// Its first four bytes.
pub(crate) const MAGIC: u32 = 0xE0F5_E1E2;
/// Base-2 logarithm of the block size.
pub(crate) const BLOCK_BITS: u8 = 12;
/// Bytes in a block.
pub(crate) const BLOCK: u64 = 1 << BLOCK_BITS;

/// `feature_compat`: the superblock has a checksum.
#[cfg(feature = "alloc")]
pub(crate) const CHECKSUM: u32 = 0x1;
/// `feature_compat`: inodes have the time of the last change of the contents, not of the inode.
#[cfg(feature = "alloc")]
const MODIFICATION_TIME: u32 = 0x2;

/// `feature_incompat`: the padding of compressed blocks. It has no effect on files that are not compressed.
const ZERO_PADDING: u32 = 0x1;
/// `feature_incompat`: long prefixes of extended attribute names, which we do not read.
const XATTR_PREFIXES: u32 = 0x40;

/// The fields of the superblock that the reader needs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Superblock {
    /// Byte offset from which node numbers count.
    pub metadata: u64,
    /// Node number of the root directory.
    pub root: u16,
}

impl Superblock {
    /// Reads and checks the superblock.
    ///
    /// # Errors
    /// - [`ImageError::TooShort`]: `bytes` ends before the superblock does.
    /// - [`ImageError::Magic`]: there is no EROFS superblock.
    /// - [`ImageError::BlockSize`]: blocks or directory blocks are not 4 KiB.
    /// - [`ImageError::Features`]: the image needs a feature that this reader lacks.
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
        // Directory blocks are larger than blocks by `dirblkbits` powers of two. Nobody makes such images.
        if raw[90] != 0 {
            return Err(ImageError::BlockSize { bits: BLOCK_BITS.saturating_add(raw[90]) });
        }
        let expected = u64::from(u32_at::<36, SIZE>(raw)) * BLOCK;
        if expected > bytes.len() as u64 {
            return Err(ImageError::Truncated { expected });
        }
        Ok(Superblock { metadata: u64::from(u32_at::<40, SIZE>(raw)) * BLOCK, root: u16_at::<14, SIZE>(raw) })
    }

    /// Returns the time at which the image was built, which is also the time of every compact inode. Returns the epoch
    /// if `bytes` has no superblock.
    pub fn build_time(bytes: &[u8]) -> Timestamp {
        let Some(raw) = array::<SIZE>(bytes, OFFSET) else { return Timestamp::default() };
        Timestamp {
            seconds: u64_at::<24, SIZE>(raw),
            // A damaged value must not reach a clock; the field has no other use.
            nanoseconds: u32_at::<32, SIZE>(raw).min(999_999_999),
        }
    }
}

/// Writes the superblock into `block`, the first block of an image, which already has everything else. Node numbers
/// count from the image's start. The UUID is always the same: an image is identified by its bytes.
#[cfg(feature = "alloc")]
pub(crate) fn write(block: &mut [u8; BLOCK as usize], root: u16, nodes: u64, blocks: u32, build_time: Timestamp) {
    /// A UUID of version 8 (vendor-specific).
    const UUID: [u8; 16] = *b"vfs-co\x8dp\x80se-imag";
    let start = OFFSET as usize;
    let mut put = |at: usize, field: &[u8]| block[start + at..start + at + field.len()].copy_from_slice(field);
    put(0, &MAGIC.to_le_bytes());
    put(8, &(CHECKSUM | MODIFICATION_TIME).to_le_bytes());
    put(12, &[BLOCK_BITS]);
    put(14, &root.to_le_bytes());
    put(16, &nodes.to_le_bytes());
    put(24, &build_time.seconds.to_le_bytes());
    put(32, &build_time.nanoseconds.min(999_999_999).to_le_bytes());
    put(36, &blocks.to_le_bytes());
    put(48, &UUID);
    let sum = checksum(block);
    block[start + 4..start + 8].copy_from_slice(&sum.to_le_bytes());
}

/// Returns the checksum of a superblock: CRC-32C, without the final inversion, of the rest of its block, with the field
/// of the checksum taken as 0.
#[cfg(feature = "alloc")]
pub(crate) fn checksum(block: &[u8; BLOCK as usize]) -> u32 {
    let start = OFFSET as usize;
    let sum = crc32c(u32::MAX, &block[start..start + 4]);
    let sum = crc32c(sum, &[0; 4]);
    crc32c(sum, &block[start + 8..])
}

/// Computes CRC-32C without initial or final inversion. Each image has one such block, so a table is not worth it.
#[cfg(feature = "alloc")]
fn crc32c(sum: u32, bytes: &[u8]) -> u32 {
    /// The polynomial, with its bits reversed.
    const POLYNOMIAL: u32 = 0x82f6_3b78;
    let shift = |sum: u32| sum >> 1 ^ if sum & 1 == 1 { POLYNOMIAL } else { 0 };
    bytes.iter().fold(sum, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), |sum, _| shift(sum)))
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::crc32c;

    #[test]
    fn the_sum_is_crc_32c() {
        // The vectors of RFC 3720, B.4, and the usual check value.
        assert_eq!(!crc32c(u32::MAX, b"123456789"), 0xe306_9283);
        assert_eq!(!crc32c(u32::MAX, &[0; 32]), 0x8a91_36aa);
        assert_eq!(!crc32c(u32::MAX, &[0xff; 32]), 0x62a8_ab43);
    }
}
