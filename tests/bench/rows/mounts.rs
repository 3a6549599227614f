//! Directories of the host in the tree, against the same directory given to the app.

use super::HOST;
use crate::measure::guest::{Per, Work};
use crate::measure::mounts::Access::{self, CopyOnWrite, ReadOnly, ReadWrite};
use crate::measure::mounts::Loop;
use crate::row::Measure::Mounted;
use crate::row::Row;
use crate::row::Target::{self, Times};
use crate::row::Unit::NsPerOp;

const STAT: &[&str] = &["stat-path", "/d100", "50000"];
const STAT_4: &[&str] = &["stat-path", "/deep/a/b/c", "20000"];
const STAT_6: &[&str] = &["stat-path", "/deep/a/b/c/d/file", "20000"];
const OPEN: &[&str] = &["open", "/d100", "100", "10000"];
const READ: &[&str] = &["read-own", "/own", "65536", "1048576", "300"];
const READ_4K: &[&str] = &["read-own", "/own", "4096", "65536", "500"];
const WRITE: &[&str] = &["write", "/out", "65536", "67108864", "1"];
const LIST: &[&str] = &["list", "/d1000", "20"];

pub const ROWS: &[Row] = &[
    row("mount rw: stat", ReadWrite, STAT, Times(1.25)),
    row("mount rw: stat 4 levels deep", ReadWrite, STAT_4, Target::None),
    row("mount rw: stat 6 levels deep", ReadWrite, STAT_6, Target::None),
    row("mount rw: open, read, close", ReadWrite, OPEN, Times(1.25)),
    row("mount rw: read 64 KiB", ReadWrite, READ, Times(1.05)),
    row("mount rw: read 4 KiB", ReadWrite, READ_4K, Target::None),
    row("mount rw: write 64 KiB", ReadWrite, WRITE, Times(1.05)),
    row("mount rw: list", ReadWrite, LIST, Target::None),
    row("mount ro: stat", ReadOnly, STAT, Times(1.25)),
    row("mount ro: open, read, close", ReadOnly, OPEN, Times(1.25)),
    row("mount cow: stat", CopyOnWrite, STAT, Times(1.25)),
    row("mount cow: open, read, close", CopyOnWrite, OPEN, Times(1.25)),
    row("mount cow: list", CopyOnWrite, LIST, Times(1.5)),
];

/// The linked form has the target; the plugged one is reported.
const fn row(name: &'static str, access: Access, arguments: &'static [&'static str], linked: Target) -> Row {
    let work = Work { arguments, per: Per::Operation };
    Row { name, against: HOST, unit: NsPerOp, target: Target::None, linked, measure: Mounted(Loop { work, access }) }
}
