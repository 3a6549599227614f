//! Names as keys: their hash, and their equality.

const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;

/// Returns the hash of a name. Names come from the app or its own image, so nobody has a reason to make them collide.
#[inline]
pub(crate) fn hash(name: &[u8]) -> u64 {
    let mut hash = name.len() as u64;
    let (words, rest) = name.as_chunks::<8>();
    for word in words {
        hash = (hash ^ u64::from_le_bytes(*word)).wrapping_mul(FACTOR);
        hash ^= hash >> 29;
    }
    let mut last = 0;
    for &byte in rest {
        last = last << 8 | u64::from(byte);
    }
    hash = (hash ^ last).wrapping_mul(FACTOR);
    hash ^ (hash >> 32)
}

/// Start value of [`rolling_hash`].
pub(crate) const ROLLING_HASH_START: u64 = 0;

/// Adds a byte of a name to its hash. Cheaper than [`hash`] where the bytes are read one by one anyway; needs
/// [`spread`].
#[inline]
pub(crate) fn rolling_hash(hash: u64, byte: u8) -> u64 {
    hash.rotate_left(5) ^ u64::from(byte)
}

/// Returns `BITS` bits that depend on all of `hash`, most of all on its upper bits.
#[inline]
pub(crate) fn spread<const BITS: u32>(hash: u64) -> usize {
    (hash.wrapping_mul(FACTOR) >> (64 - BITS)) as usize
}

/// Compares slices eight bytes at a time: in wasm, `memcmp` is a call and a loop over single bytes.
#[inline]
pub(crate) fn same(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    // The last words overlap those before them, so no loop over single bytes is needed.
    if let (Some(left_end), Some(right_end)) = (left.last_chunk::<8>(), right.last_chunk::<8>()) {
        let words = left.as_chunks::<8>().0.iter().zip(right.as_chunks::<8>().0);
        return left_end == right_end && words.into_iter().all(|(l, r)| l == r);
    }
    if let (Some(left_end), Some(right_end)) = (left.last_chunk::<4>(), right.last_chunk::<4>()) {
        return left_end == right_end && left.first_chunk::<4>() == right.first_chunk::<4>();
    }
    left.iter().zip(right).all(|(l, r)| l == r)
}

#[cfg(test)]
mod tests {
    use super::{ROLLING_HASH_START, hash, rolling_hash, same, spread};

    #[test]
    fn one_byte_makes_a_difference_at_any_place() {
        for length in 0..24 {
            let zeros = [0_u8; 24];
            for at in 0..length {
                let mut other = zeros;
                other[at] = 1;
                assert!(!same(&other[..length], &zeros[..length]), "byte {at} of {length}");
                assert_ne!(hash(&other[..length]), hash(&zeros[..length]), "byte {at} of {length}");
            }
            assert!(same(&zeros[..length], &[0; 24][..length]));
            assert!(!same(&zeros[..length], &zeros[..(length + 1) % 24]));
        }
    }

    #[test]
    fn numbered_names_spread_over_a_table() {
        let mut taken = [0_u8; 4096];
        for number in 0..2048_u32 {
            let digits = [1000, 100, 10, 1].map(|unit| b'0' + (number / unit % 10) as u8);
            let hash = b"file-".iter().chain(&digits).fold(ROLLING_HASH_START, |hash, &byte| rolling_hash(hash, byte));
            taken[spread::<15>(hash) % 4096] += 1;
        }
        assert!(taken.iter().filter(|&&count| count > 0).count() > 1400);
        assert!(taken.iter().all(|&count| count < 8));
    }
}
