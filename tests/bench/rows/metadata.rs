//! Names and attributes.

use super::operation;
use crate::measure::{guest, turns};
use crate::row::Measure::Other;
use crate::row::Row;
use crate::row::Target::{self, Faster, Times};
use crate::row::Unit::NsPerOp;

pub const ROWS: &[Row] = &[
    operation("stat in a directory of 1,000", &["stat", "/d1000", "1000", "20000"], Faster(3.5), Faster(15.0)),
    operation("stat in a directory of 100", &["stat", "/d100", "100", "20000"], Faster(3.5), Faster(15.0)),
    // How it grows with the directory: memory that is no longer in a cache is what is left.
    operation("stat in a directory of 20,000", &["stat", "/d20000", "20000", "20000"], Faster(3.5), Target::None),
    operation("stat 5 levels deep", &["stat-path", "/deep/a/b/c/d/file", "20000"], Faster(3.5), Faster(15.0)),
    Row {
        name: "CPU of stat in a directory of 20,000",
        against: "stat in a directory of 100, composed",
        unit: NsPerOp,
        target: Times(1.5),
        linked: Target::None,
        measure: Other(guest::lookups_by_directory_size),
    },
    operation("open, read 64 bytes, close", &["open", "/d1000", "1000", "10000"], Faster(1.8), Faster(10.0)),
    // Through WASI 0.3 a read is two turns of the engine's event loop, whoever serves it.
    Row {
        name: "open, read 64 bytes, close, WASI 0.3",
        against: "the stream and the future alone",
        unit: NsPerOp,
        target: Times(1.9),
        linked: Target::None,
        measure: Other(turns::against_open),
    },
    operation("list 1,000 entries, each entry", &["list", "/d1000", "20"], Faster(2.2), Faster(8.0)),
    operation("create 1 KiB, stat, unlink", &["small-files", "/new", "1000"], Faster(6.0), Faster(15.0)),
];
