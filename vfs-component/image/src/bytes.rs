//! Little-endian fields at untrusted offsets.

use core::cmp::Ordering;

/// Returns `length` bytes at `offset`, or `None` if they are not all inside the slice.
#[inline]
pub(crate) fn slice(bytes: &[u8], offset: u64, length: u64) -> Option<&[u8]> {
    let start = usize::try_from(offset).ok()?;
    let end = usize::try_from(offset.checked_add(length)?).ok()?;
    bytes.get(start..end)
}

/// Returns the `N` bytes at `offset`, or `None` if they are not all inside the slice.
#[inline]
pub(crate) fn array<const N: usize>(bytes: &[u8], offset: u64) -> Option<&[u8; N]> {
    bytes.get(usize::try_from(offset).ok()?..)?.first_chunk()
}

/// Reads a field of a structure of fixed size. `AT + 2 <= N` holds for each use, so nothing is checked at run time.
#[inline]
pub(crate) fn u16_at<const AT: usize, const N: usize>(raw: &[u8; N]) -> u16 {
    const { assert!(AT + 2 <= N) };
    u16::from_le_bytes([raw[AT], raw[AT + 1]])
}

/// Reads a field of a structure of fixed size, like [`u16_at`].
#[inline]
pub(crate) fn u32_at<const AT: usize, const N: usize>(raw: &[u8; N]) -> u32 {
    const { assert!(AT + 4 <= N) };
    u32::from_le_bytes([raw[AT], raw[AT + 1], raw[AT + 2], raw[AT + 3]])
}

/// Reads a field of a structure of fixed size, like [`u16_at`].
#[inline]
pub(crate) fn u64_at<const AT: usize, const N: usize>(raw: &[u8; N]) -> u64 {
    const { assert!(AT + 8 <= N) };
    let low = u32::from_le_bytes([raw[AT], raw[AT + 1], raw[AT + 2], raw[AT + 3]]);
    let high = u32::from_le_bytes([raw[AT + 4], raw[AT + 5], raw[AT + 6], raw[AT + 7]]);
    (high as u64) << 32 | low as u64
}

/// Compares as slices do, but eight bytes at a time: in wasm, `memcmp` is a loop over single bytes.
#[inline]
pub(crate) fn compare(left: &[u8], right: &[u8]) -> Ordering {
    let (mut left_rest, mut right_rest) = (left, right);
    while let (Some((l, left_next)), Some((r, right_next))) =
        (left_rest.split_first_chunk::<8>(), right_rest.split_first_chunk::<8>())
    {
        let differing = u64::from_le_bytes(*l) ^ u64::from_le_bytes(*r);
        if differing != 0 {
            let first = (differing.trailing_zeros() / 8) as usize;
            return l[first].cmp(&r[first]);
        }
        (left_rest, right_rest) = (left_next, right_next);
    }
    for (l, r) in left_rest.iter().zip(right_rest) {
        if l != r {
            return l.cmp(r);
        }
    }
    left.len().cmp(&right.len())
}

/// Returns the first eight bytes of a name as a number that grows in the order of names. Missing bytes are zeros.
#[inline]
pub(crate) fn rank(name: &[u8]) -> u64 {
    if let Some(first) = name.first_chunk::<8>() {
        return u64::from_be_bytes(*first);
    }
    let missing = 8 * (8 - name.len() as u32);
    match (name.first_chunk::<4>(), name.last_chunk::<4>()) {
        (Some(first), Some(last)) => {
            let last = u64::from(u32::from_be_bytes(*last)) << missing;
            u64::from(u32::from_be_bytes(*first)) << 32 | last & 0xffff_ffff
        }
        _ => name.iter().fold(0, |rank, byte| rank << 8 | u64::from(*byte)).checked_shl(missing).unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use super::{compare, rank};

    #[test]
    fn compare_is_how_slices_compare() {
        let mut bytes = [0_u8; 24];
        for length in 0..24 {
            for other in 0..24 {
                for at in 0..24 {
                    bytes[at] = 200;
                    let zeros = [0; 24];
                    assert_eq!(compare(&bytes[..length], &zeros[..other]), bytes[..length].cmp(&zeros[..other]));
                    assert_eq!(compare(&zeros[..other], &bytes[..length]), zeros[..other].cmp(&bytes[..length]));
                    bytes[at] = 0;
                }
            }
        }
    }

    #[test]
    fn ranks_are_in_the_order_of_names() {
        let names: [&[u8]; 14] = [
            b"",
            b"a",
            b"ab",
            b"abc",
            b"abcd",
            b"abcde",
            b"abcdef",
            b"abcdefg",
            b"abcdefgh",
            b"abd",
            b"b",
            b"b1",
            b"z\xff",
            b"\xff",
        ];
        for (left, right) in names.iter().zip(&names[1..]) {
            assert!(rank(left) < rank(right), "{left:?} {right:?}");
        }
        assert_eq!(rank(b"abcdefgh1"), rank(b"abcdefgh2"));
    }
}
