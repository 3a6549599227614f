//! One file, many operations, a shadow of its bytes. Seeded: a failure says its seed.

mod support;

use support::{Item, READ_WRITE, Test, image};
use vfs_core::OpenFlags;

/// A small generator of numbers, so that a seed means the same for ever.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let high = self.0 >> 33;
        high % limit
    }

    /// A place in a file: anywhere, or beside a border.
    fn place(&mut self, limit: u64) -> u64 {
        if self.below(3) == 0 {
            let borders = [0, 4096, 65_536, 131_072, 196_608];
            (borders[self.below(5) as usize] + self.below(5)).saturating_sub(2).min(limit)
        } else {
            self.below(limit + 1)
        }
    }
}

const LARGEST: u64 = 260_000;

fn run(seed: u64, lower_size: usize, steps: usize) {
    let mut random = Random(seed);
    let lower: Vec<u8> = (0..lower_size).map(|i| (i % 249) as u8).collect();
    let bytes = image(&[("file", Item::File(&lower))]);
    let mut test = if lower_size == 0 { Test::empty() } else { Test::over(&bytes) };
    let file = test.open("file", OpenFlags::CREATE, READ_WRITE).unwrap();
    let mut shadow = lower;
    let mut gather = Vec::new();
    for step in 0..steps {
        let offset = random.place(LARGEST);
        let length = random.place(LARGEST - offset).min(if random.below(2) == 0 { 200 } else { LARGEST });
        match random.below(10) {
            0..=3 => {
                let new: Vec<u8> = (0..length).map(|i| (i + step as u64) as u8).collect();
                test.fs.write(&file, offset, &new).unwrap();
                if !new.is_empty() {
                    let end = (offset + length) as usize;
                    shadow.resize(shadow.len().max(end), 0);
                    shadow[offset as usize..end].copy_from_slice(&new);
                }
            }
            4 if shadow.len() < LARGEST as usize => {
                let new = vec![step as u8; random.below(3000) as usize];
                test.fs.append(&file, &new).unwrap();
                shadow.extend_from_slice(&new);
            }
            5 => {
                test.fs.set_size(&file, offset).unwrap();
                shadow.resize(offset as usize, 0);
            }
            _ => {
                let read = test.fs.read(&file, offset, length, &mut gather).unwrap();
                let start = shadow.len().min(offset as usize);
                let end = shadow.len().min((offset + length) as usize);
                assert!(read == &shadow[start..end.max(start)], "seed {seed}, step {step}: read {length} at {offset}");
            }
        }
        assert_eq!(test.fs.stat(&file).unwrap().size, shadow.len() as u64, "seed {seed}, step {step}");
    }
    assert!(test.contents(&file).unwrap() == shadow, "seed {seed}: at the end");
    test.fs.set_size(&file, 0).unwrap();
    assert_eq!(test.fs.usage().bytes, 0, "seed {seed}");
}

#[test]
fn from_empty() {
    (0..16).for_each(|seed| run(seed, 0, 300));
}

#[test]
fn over_an_image() {
    for (seed, size) in (100..116).zip([1, 4095, 4096, 65_535, 65_536, 65_537, 100_000, 250_000].iter().cycle()) {
        run(seed, *size, 300);
    }
}
