//! A real program that does little else than read and write files.

use super::HOST;
use crate::measure::speedtest1;
use crate::row::Measure::{Forms, Other};
use crate::row::Row;
use crate::row::Target::{self, Faster, Gain};
use crate::row::Unit::Millis;

pub const ROWS: &[Row] = &[
    Row {
        name: "SQLite's speedtest1 --size 10",
        against: HOST,
        unit: Millis,
        target: Gain,
        linked: Faster(2.5),
        measure: Forms(speedtest1::on_files),
    },
    Row {
        name: "SQLite's speedtest1 --size 10 --memdb, without any filesystem",
        against: HOST,
        unit: Millis,
        target: Gain,
        linked: Target::None,
        measure: Other(speedtest1::in_memory),
    },
];
