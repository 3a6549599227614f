//! Directories of the host in the tree, against the same directory given to the app.

use super::HOST;
use crate::lab::Lab;
use crate::measure::guest::{Per, Work};
use crate::measure::mounts::Access::{self, CopyOnWrite, ReadOnly, ReadWrite};
use crate::measure::mounts::{Loop, against_boundary, through_p3};
use crate::row::Measure::{Mounted, Other};
use crate::row::Row;
use crate::row::Sample;
use crate::row::Target::{self, Times};
use crate::row::Unit::{NsPerByte, NsPerOp};
use anyhow::Result;

const STAT: &[&str] = &["stat-path", "/data.bin", "50000"];
const STAT_4: &[&str] = &["stat-path", "/deep/a/b/few", "20000"];
const STAT_8: &[&str] = &["stat-path", "/deep/a/b/c/d/e/few/f00000", "20000"];
const OPEN_2: &[&str] = &["open", "/d100", "100", "10000"];
const OPEN_5: &[&str] = &["open", "/deep/a/b/few", "100", "10000"];
const OPEN_8: &[&str] = &["open", "/deep/a/b/c/d/e/few", "100", "10000"];
const READ: &[&str] = &["read-own", "/own", "65536", "1048576", "300"];
const READ_4K: &[&str] = &["read-own", "/own", "4096", "65536", "500"];
const WRITE: &[&str] = &["write", "/out", "65536", "67108864", "1"];
const LIST: &[&str] = &["list", "/d1000", "20"];
const LIST_CHANGED: &[&str] = &["list-changed", "/d20000", "3"];
const WRITE_FIRST: &[&str] = &["write-first", "/data.bin"];
const DIRECT_64K: &[&str] = &["direct-read", "/data.bin", "65536", "2048"];
const READ_64K_3: &[&str] = &["read", "/data.bin", "65536", "16"];
const WRITE_64K_3: &[&str] = &["write", "/out", "65536", "16777216", "4"];
const STAT_3: &[&str] = &["stat", "/d1000", "1000", "10000"];
const OPEN_3: &[&str] = &["open", "/d1000", "1000", "5000"];
const DIRECT_1M: &[&str] = &["direct-read", "/data.bin", "1048576", "128"];

pub const ROWS: &[Row] = &[
    row("mount rw: stat", ReadWrite, STAT, Times(1.25)),
    row("mount rw: stat 4 levels deep", ReadWrite, STAT_4, Times(1.25)),
    row("mount rw: stat 8 levels deep", ReadWrite, STAT_8, Times(1.25)),
    row("mount rw: open, read, close", ReadWrite, OPEN_2, Times(1.25)),
    row("mount rw: open, read, close 5 levels deep", ReadWrite, OPEN_5, Times(1.25)),
    row("mount rw: open, read, close 8 levels deep", ReadWrite, OPEN_8, Times(1.25)),
    row("mount rw: read 64 KiB", ReadWrite, READ, Times(1.05)),
    row("mount rw: read 4 KiB", ReadWrite, READ_4K, Target::None),
    row("mount rw: write 64 KiB", ReadWrite, WRITE, Times(1.05)),
    row("mount rw: list", ReadWrite, LIST, Target::None),
    row("mount ro: stat", ReadOnly, STAT, Times(1.25)),
    row("mount ro: open, read, close", ReadOnly, OPEN_2, Times(1.25)),
    row("mount cow: stat", CopyOnWrite, STAT, Times(1.25)),
    row("mount cow: stat 8 levels deep", CopyOnWrite, STAT_8, Times(1.25)),
    row("mount cow: open, read, close", CopyOnWrite, OPEN_2, Times(1.25)),
    row("mount cow: read 64 KiB", CopyOnWrite, DIRECT_64K, Times(1.05)),
    row("mount cow: list 20,000 names, one of them new", CopyOnWrite, LIST_CHANGED, Times(1.5)),
    row("mount cow: first write of one byte to a file of 16 MiB", CopyOnWrite, WRITE_FIRST, Target::None),
    roof("mount rw: CPU of reading in 64 KiB pieces, plugged", |lab| against_boundary(lab, 64 << 10, DIRECT_64K)),
    roof("mount rw: CPU of reading in 1 MiB pieces, plugged", |lab| against_boundary(lab, 1 << 20, DIRECT_1M)),
    stream("mount rw: read in 64 KiB pieces, WASI 0.3", |lab| through_p3(lab, READ_64K_3, Per::Byte)),
    stream("mount rw: write in 64 KiB pieces, WASI 0.3", |lab| through_p3(lab, WRITE_64K_3, Per::Byte)),
    call("mount rw: stat, WASI 0.3", |lab| through_p3(lab, STAT_3, Per::Operation)),
    call("mount rw: open, read 64 bytes, close, WASI 0.3", |lab| through_p3(lab, OPEN_3, Per::Operation)),
    call("mount rw: list, WASI 0.3", |lab| through_p3(lab, LIST, Per::Operation)),
];

/// The linked form has the target; the plugged one is reported.
const fn row(name: &'static str, access: Access, arguments: &'static [&'static str], linked: Target) -> Row {
    let work = Work { arguments, per: Per::Operation };
    Row { name, against: HOST, unit: NsPerOp, target: Target::None, linked, measure: Mounted(Loop { work, access }) }
}

/// A stream of the host that the app gets, so that nothing stands between.
const fn stream(name: &'static str, measure: fn(&Lab) -> Result<Sample>) -> Row {
    Row { name, against: HOST, unit: NsPerByte, target: Times(1.15), linked: Target::None, measure: Other(measure) }
}

/// A call that waits for one or more of the host.
const fn call(name: &'static str, measure: fn(&Lab) -> Result<Sample>) -> Row {
    Row { name, against: HOST, unit: NsPerOp, target: Target::None, linked: Target::None, measure: Other(measure) }
}

/// Plugged, what the vfs adds to a read of the host and to the engine's own work at the boundary.
const fn roof(name: &'static str, measure: fn(&Lab) -> Result<Sample>) -> Row {
    let against = "the host directory and the bare component boundary";
    Row { name, against, unit: NsPerByte, target: Times(1.15), linked: Target::None, measure: Other(measure) }
}
