//! Names and attributes.

use super::{operation, report};
use crate::measure::{guest, turns};
use crate::row::Measure::Other;
use crate::row::Row;
use crate::row::Target::{self, Faster, Times};
use crate::row::Unit::NsPerOp;

pub const ROWS: &[Row] = &[
    operation("stat in a directory of 1,000", &["stat", "/d1000", "1000", "20000"], Faster(3.5), Faster(15.0)),
    operation("stat in a directory of 100", &["stat", "/d100", "100", "20000"], Faster(3.5), Faster(15.0)),
    operation("stat in a directory of 20,000", &["stat", "/d20000", "20000", "20000"], Faster(3.5), Target::None),
    operation("stat 5 levels deep", &["stat-path", "/deep/a/b/c/d/file", "20000"], Faster(3.5), Faster(15.0)),
    // How it grows with the directory. Of 20,000 files the processor's own caches do not hold what a `stat` reads, which is
    // some 130 bytes of the image and 16 of what the vfs remembers. What of the difference is the vfs's is in the row of
    // 100 files in such a directory.
    Row {
        name: "CPU of stat in a directory of 20,000",
        against: "stat in a directory of 100, plugged",
        unit: NsPerOp,
        target: Times(1.4),
        linked: Target::None,
        measure: Other(guest::stat_by_directory_size),
    },
    report(
        "CPU of stat in a directory of 20,000, form linked",
        "stat in a directory of 100, linked",
        NsPerOp,
        guest::linked_stat_by_directory_size,
    ),
    Row {
        name: "CPU of stat of 100 files in a directory of 20,000, form linked",
        against: "stat in a directory of 100, linked",
        unit: NsPerOp,
        target: Times(1.4),
        linked: Target::None,
        measure: Other(guest::linked_stat_of_few_in_large),
    },
    report("CPU of reading three lines of 3 MiB of memory", "three lines of 16 KiB", NsPerOp, guest::cold_lines),
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
