//! Values that break things, from a generator that is the same everywhere.

use wasip2::filesystem::types::{DescriptorFlags, NewTimestamp, OpenFlags, PathFlags};

/// The generator is SplitMix64.
pub struct Garbage(u64);

const NAMES: &[&str] = &[
    "a",
    "b",
    "ab",
    "d",
    "e",
    ".",
    "..",
    "",
    "/",
    "a/",
    "/a",
    "a/b",
    "d/a",
    "d/e/b",
    "d/../a",
    "d/e/../../b",
    "../a",
    "a//b",
    "./a",
    "d/./e",
    "d/.",
    "d/..",
    "l",
    "l/a",
    "loop",
    "loop/a",
    "A",
    "ä",
    "a\0b",
    "a\nb",
    "\\",
    "~",
    "💥",
    "image",
    "image/f",
    "image/g",
    "image/l",
    "d/e/a/b/a/b",
    "../../../../etc/passwd",
    "//",
    "///a",
    "...",
    "image/../..",
];

const NUMBERS: &[u64] = &[
    0,
    1,
    2,
    3,
    7,
    511,
    512,
    4095,
    4096,
    4097,
    65535,
    65536,
    65537,
    1 << 20,
    (1 << 31) - 1,
    1 << 31,
    (1 << 32) - 1,
    1 << 32,
    (1 << 32) + 1,
    1 << 40,
    (1 << 63) - 1,
    1 << 63,
    u64::MAX - 4096,
    u64::MAX - 1,
    u64::MAX,
];

impl Garbage {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// Mostly a short one, at times one that no filesystem takes.
    pub fn path(&mut self) -> String {
        match self.below(40) {
            0 => "n".repeat(255 + self.below(3)),
            1 => "d/".repeat(self.below(3000)),
            2 => "l/".repeat(self.below(100)) + "a",
            _ => NAMES[self.below(NAMES.len())].to_owned(),
        }
    }

    /// Mostly a small one, at times one of those where arithmetic breaks.
    pub fn number(&mut self) -> u64 {
        match self.below(4) {
            0 => NUMBERS[self.below(NUMBERS.len())],
            1 => self.next(),
            _ => self.next() % 10_000,
        }
    }

    /// A length of something that is really held in memory.
    pub fn length(&mut self) -> usize {
        match self.below(10) {
            0 => 70_000,
            1 => 0,
            _ => self.below(5000),
        }
    }

    pub fn path_flags(&mut self) -> PathFlags {
        PathFlags::from_bits_truncate(self.next() as u8)
    }

    pub fn open_flags(&mut self) -> OpenFlags {
        OpenFlags::from_bits_truncate(self.next() as u8)
    }

    pub fn descriptor_flags(&mut self) -> DescriptorFlags {
        DescriptorFlags::from_bits_truncate(self.next() as u8)
    }

    /// Never the time of now: the answers would not be the same twice.
    pub fn timestamp(&mut self) -> NewTimestamp {
        match self.below(3) {
            0 => NewTimestamp::NoChange,
            _ => NewTimestamp::Timestamp(wasip2::clocks::wall_clock::Datetime {
                seconds: self.number(),
                nanoseconds: self.next() as u32,
            }),
        }
    }
}
