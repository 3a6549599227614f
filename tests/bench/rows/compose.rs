//! Composing.

use crate::measure::compose;
use crate::row::Measure::{Other, Slow};
use crate::row::Unit::{MiB, Millis};
use crate::row::{Row, Target};

pub const ROWS: &[Row] = &[
    Row {
        name: "compose with 17.8 MB of mixed files",
        against: "",
        unit: Millis,
        target: Target::AtMost(150.0),
        linked: Target::None,
        measure: Other(compose::mixed),
    },
    Row {
        name: "compose with 10,000 small files",
        against: "tar c",
        unit: Millis,
        target: Target::Over(2_000.0),
        linked: Target::None,
        measure: Slow(compose::against_tar),
    },
    // Four times the work in at most five times the time: linear, and room for noise.
    Row {
        name: "compose with 40,000 small files",
        against: "10,000 small files",
        unit: Millis,
        target: Target::Times(5.0),
        linked: Target::None,
        measure: Other(compose::by_file_count),
    },
    Row {
        name: "compose with 256 MiB",
        against: "64 MiB",
        unit: Millis,
        target: Target::Times(5.0),
        linked: Target::None,
        measure: Other(compose::by_bytes),
    },
    Row {
        name: "compose with 900 MiB",
        against: "cp",
        unit: Millis,
        target: Target::Times(1.5),
        linked: Target::None,
        measure: Slow(compose::against_cp),
    },
    Row {
        name: "memory of composing with 900 MiB",
        against: "",
        unit: MiB,
        target: Target::AtMost(256.0),
        linked: Target::None,
        measure: Slow(compose::peak),
    },
];
