//! Plans from seeds: few names, so that operations meet; the sizes where chunks and blocks end; every combination of flags.

use crate::{At, NewTime, Op, Random, SLOTS, STREAMS};

/// The plan of a seed.
#[must_use]
pub fn generate(seed: u64) -> Vec<Op> {
    generate_with(&mut Random::new(seed))
}

/// A plan of numbers.
pub fn generate_with(random: &mut Random) -> Vec<Op> {
    let mut ops = Vec::new();
    // Random paths alone seldom lead deep.
    if random.once_in(3) {
        let mut path = String::new();
        for _ in 0..1 + random.below(6) {
            path = if path.is_empty() { name(random) } else { format!("{path}/{}", name(random)) };
            ops.push(Op::CreateDir { at: None, path: path.clone() });
        }
        if random.once_in(2) {
            ops.push(Op::Open { slot: 0, at: None, path, follow: true, open: 2, flags: 1 });
        }
    }
    for _ in 0..1 + random.below(60) {
        ops.push(op(random));
    }
    ops
}

fn op(random: &mut Random) -> Op {
    let (slot, follow) = (random.below(SLOTS), random.once_in(2));
    match random.below(80) {
        0..14 => Op::Open {
            slot,
            at: at(random),
            path: path(random),
            follow,
            open: if random.once_in(4) {
                random.below(16) as u8
            } else {
                random.one_of(&[0, 0, 0, 1, 1, 1, 2, 2, 5, 8, 9])
            },
            flags: random.one_of(&[0, 1, 1, 1, 2, 3, 3, 3]),
        },
        14..16 => Op::Close { slot },
        16..19 => Op::Read { slot, offset: size(random), length: length(random) },
        19..24 => Op::Write { slot, offset: size(random), length: length(random), byte: random.any() as u8 },
        24..26 => Op::Append { slot, length: length(random), byte: random.any() as u8 },
        26..29 => Op::SetSize { slot, size: size(random) },
        29..31 => Op::SetTimes { slot, accessed: time(random), modified: time(random) },
        31..33 => Op::Stat { slot },
        33 => Op::Flags { slot },
        34 => Op::Same { slot, other: random.below(SLOTS) },
        35 => Op::Sync { slot },
        36..38 => Op::List { slot },
        38..40 => Op::ReadDir { slot, stream: random.below(STREAMS) },
        40..42 => Op::Next { stream: random.below(STREAMS), count: 1 + random.below(3) },
        42..45 => Op::StatAt { at: at(random), path: path(random), follow },
        45..47 => Op::SetTimesAt {
            at: at(random),
            path: path(random),
            follow,
            accessed: time(random),
            modified: time(random),
        },
        47..52 => Op::CreateDir { at: at(random), path: path(random) },
        52..55 => Op::RemoveDir { at: at(random), path: path(random) },
        55..59 => Op::Unlink { at: at(random), path: path(random) },
        59..63 => {
            let target = match random.below(9) {
                0 => "../a".to_owned(),
                1 => "../b/".to_owned(),
                2 => ".".to_owned(),
                _ => path(random),
            };
            Op::Symlink { at: at(random), target, path: path(random) }
        }
        63..65 => Op::ReadLink { at: at(random), path: path(random) },
        65..70 => Op::Link { from: at(random), from_path: path(random), follow, to: at(random), to_path: path(random) },
        _ => Op::Rename { from: at(random), from_path: path(random), to: at(random), to_path: path(random) },
    }
}

fn at(random: &mut Random) -> At {
    random.once_in(4).then(|| random.below(SLOTS))
}

fn name(random: &mut Random) -> String {
    random.one_of(&["a", "b", "c", "d"]).to_owned()
}

fn path(random: &mut Random) -> String {
    let (a, b) = (name(random), name(random));
    match random.below(32) {
        0..9 => a,
        9..15 => format!("{a}/{b}"),
        15..20 => (0..3 + random.below(4)).fold(a, |path, _| format!("{path}/{}", name(random))),
        20 => format!("{a}/"),
        21 => format!("{a}/{b}/"),
        22 => format!("{a}/."),
        23 => format!("{a}/.."),
        24 => format!("{a}/../{b}"),
        25 => format!("./{a}//{b}"),
        26 => format!("{a}/{b}/../.."),
        27 => random.one_of(&[".", "..", "", "./", "../", "../a", "a/../../b", "/a", "a//", "a/./b/.."]).to_owned(),
        28 => format!("{}/{a}", "n".repeat(256)),
        29 => format!("{a}/{}", "n".repeat(random.one_of(&[255, 256]))),
        30 => format!("{a}/../{b}/../{a}/{b}"),
        _ => random.one_of(&["A", "ab", "\u{e9}", "e\u{301}", "..."]).to_owned(),
    }
}

/// An offset or a size.
fn size(random: &mut Random) -> u64 {
    const BORDERS: [u64; 12] =
        [0, 1, 4095, 4096, 4097, 65_535, 65_536, 65_537, 131_072, 200_000, (1 << 40) - 1, 1 << 40];
    if random.once_in(2) { random.one_of(&BORDERS) } else { random.below(300) as u64 }
}

fn length(random: &mut Random) -> usize {
    if random.once_in(4) { random.one_of(&[0, 4096, 65_536, 70_000, 140_000]) } else { random.below(200) }
}

fn time(random: &mut Random) -> NewTime {
    match random.below(4) {
        0 => NewTime::Keep,
        1 => NewTime::Now,
        _ => NewTime::At(random.one_of(&[0, 1, 500, 100_000])),
    }
}
