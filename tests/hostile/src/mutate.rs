//! Changes to a sound image.

use vfs_plan::Random;

use crate::base::BASES;
use crate::fields::{FIELDS, Field};

/// A base with some fields changed.
pub fn mutated(random: &mut Random) -> Vec<u8> {
    let base = random.below(2);
    let (mut bytes, fields) = (BASES[base].clone(), &FIELDS[base]);
    for _ in 0..random.below(8) {
        change(&mut bytes, fields, random);
    }
    // An image that says how long it is and is not has been tried; what is behind gets its turn.
    match random.below(16) {
        0 => bytes.truncate(random.below(bytes.len())),
        1 => bytes.resize(bytes.len() + random.below(10_000), 0xff),
        _ => {}
    }
    bytes
}

fn change(bytes: &mut [u8], fields: &[Field], random: &mut Random) {
    let (at, width) = random.one_of(fields);
    let old = get(bytes, (at, width));
    let mask = if width == 8 { u64::MAX } else { (1 << (8 * width)) - 1 };
    let new = match random.below(10) {
        0 => old.wrapping_add(1),
        1 => old.wrapping_sub(1),
        2 => old ^ 1 << random.below(8 * width),
        3 => 1 << random.below(8 * width),
        4 => u64::MAX - random.below(200) as u64,
        5 => random.below(256) as u64,
        6 => random.any(),
        // What NUL, `/` and the dots are in a name, and plain and compact layouts in a format.
        7 => random.one_of(&[0, 1, u64::from(b'/'), u64::from(b'.'), 2, 4, 5, 8, 9]),
        // Another field's value of the same width: nodes that are elsewhere too, names that are there twice.
        _ => {
            let mut some = (0..64).map(|_| random.one_of(fields));
            some.find(|field| field.1 == width).map_or(old, |field| get(bytes, field))
        }
    };
    bytes[at..at + width].copy_from_slice(&(new & mask).to_le_bytes()[..width]);
}

fn get(bytes: &[u8], (at, width): Field) -> u64 {
    bytes[at..at + width].iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte))
}
