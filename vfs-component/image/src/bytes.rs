//! Little-endian fields at offsets nobody vouches for.

/// `length` bytes at `offset`, or `None` where the slice does not hold all of them.
#[inline]
pub(crate) fn slice(bytes: &[u8], offset: u64, length: u64) -> Option<&[u8]> {
    let start = usize::try_from(offset).ok()?;
    let end = usize::try_from(offset.checked_add(length)?).ok()?;
    bytes.get(start..end)
}

/// The `N` bytes at `offset`, or `None` where the slice does not hold all of them.
#[inline]
pub(crate) fn array<const N: usize>(bytes: &[u8], offset: u64) -> Option<&[u8; N]> {
    bytes.get(usize::try_from(offset).ok()?..)?.first_chunk()
}

/// A field of a fixed-size structure. `AT + 2 <= N` holds for each use, so nothing is left to check when it runs.
#[inline]
pub(crate) fn u16_at<const AT: usize, const N: usize>(raw: &[u8; N]) -> u16 {
    const { assert!(AT + 2 <= N) };
    u16::from_le_bytes([raw[AT], raw[AT + 1]])
}

/// A field of a fixed-size structure, as [`u16_at`].
#[inline]
pub(crate) fn u32_at<const AT: usize, const N: usize>(raw: &[u8; N]) -> u32 {
    const { assert!(AT + 4 <= N) };
    u32::from_le_bytes([raw[AT], raw[AT + 1], raw[AT + 2], raw[AT + 3]])
}

/// A field of a fixed-size structure, as [`u16_at`].
#[inline]
pub(crate) fn u64_at<const AT: usize, const N: usize>(raw: &[u8; N]) -> u64 {
    const { assert!(AT + 8 <= N) };
    let low = u32::from_le_bytes([raw[AT], raw[AT + 1], raw[AT + 2], raw[AT + 3]]);
    let high = u32::from_le_bytes([raw[AT + 4], raw[AT + 5], raw[AT + 6], raw[AT + 7]]);
    (high as u64) << 32 | low as u64
}
