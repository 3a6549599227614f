//! Numbers from a seed, which mean the same for ever, or from bytes that somebody gives.

/// Steele, Lea and Flood's splitmix64, after the given bytes.
#[derive(Clone, Debug)]
pub struct Random {
    state: u64,
    /// Taken two at a time, the last first.
    bytes: Vec<u8>,
}

impl Random {
    /// Numbers of this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { state: seed, bytes: Vec::new() }
    }

    /// As many numbers as there are pairs of bytes, each below 65,536; then those of a seed. A fuzzer that changes a byte changes one
    /// choice.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self { state: 0, bytes: bytes.iter().rev().copied().collect() }
    }

    /// Any number.
    pub fn any(&mut self) -> u64 {
        if let Some(low) = self.bytes.pop() {
            return u64::from(low) | u64::from(self.bytes.pop().unwrap_or(0)) << 8;
        }
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut value = self.state;
        value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        value ^ (value >> 31)
    }

    /// A number below `limit`, which is not 0.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.any() % limit as u64) as usize
    }

    /// Yes once in `times`.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of some.
    pub fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}
