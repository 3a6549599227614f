//! Work that a call takes, counted.

use crate::measure::operators::Loop;
use crate::row::Measure::Counted;
use crate::row::Row;
use crate::row::Target::{AtMost, None};
use crate::row::Unit::Operators;

/// A row with the most operators that one operation may take in the linked form, the app's own included. To be set anew
/// when a change of the vfs, of Rust or of the standard library is worth it.
const fn row(name: &'static str, arguments: &'static [&'static str], operations: u64, most: f64) -> Row {
    let measure = Counted(Loop { arguments, operations });
    Row { name, against: "the app alone", unit: Operators, target: None, linked: AtMost(most), measure }
}

pub const ROWS: &[Row] = &[
    row("operators of stat in a directory of 100", &["stat", "/d100", "100"], 1, 4_950.0),
    row("operators of stat in a directory of 1,000", &["stat", "/d1000", "1000"], 1, 5_280.0),
    row("operators of stat 5 levels deep", &["stat-path", "/deep/a/b/c/d/file"], 1, 6_800.0),
    row("operators of open, read 64 bytes, close", &["open", "/d1000", "1000"], 1, 6_650.0),
    row("operators of listing an entry", &["list", "/d1000"], 1_000, 3_110.0),
    row("operators of create 1 KiB, stat, unlink", &["small-files", "/new"], 1, 24_700.0),
    row("operators of appending 100 bytes", &["append", "/log"], 1, 2_280.0),
    row("operators of a random read of 4 KiB", &["random-read", "/data.bin", "4096"], 1, 10_190.0),
];
