//! Preview1 modules: without the published adapter, and with it.

use crate::measure::abi::{self, Comparison, Way};
use crate::measure::guest::{Per, Work};
use crate::row::Measure::{Abi, Other, Slow};
use crate::row::Row;
use crate::row::Target::{self, Faster, Times};
use crate::row::Unit::{Bytes, NsPerOp};

pub(super) const LINKED: &str = "through the published adapter, linked";
const PUBLISHED: &str = "the published adapter, on the host directory";
const MODULE: &str = "wasmtime's preview1, on the host directory";

// Files that the processor keeps: the memory of the machine costs all ways the same.
const STAT: &[&str] = &["stat", "/d100", "100", "200000"];
const STAT_DEEP: &[&str] = &["stat-path", "/deep/a/b/c/d/file", "200000"];
const OPEN: &[&str] = &["open", "/d100", "100", "100000"];
const READ: &[&str] = &["read-own", "/own", "4096", "65536", "2000"];
const LIST: &[&str] = &["list", "/d1000", "20"];
const WRITE: &[&str] = &["write", "/out", "4096", "16777216", "1"];
const APPEND: &[&str] = &["append", "/log", "10000"];
const SMALL: &[&str] = &["small-files", "/new", "1000"];

pub const ROWS: &[Row] = &[
    row("abi, linked: stat", LINKED, Way::PublishedLinked, Way::Linked, STAT, Times(0.6)),
    row("abi, linked: stat 5 levels deep", LINKED, Way::PublishedLinked, Way::Linked, STAT_DEEP, Target::AtMost(150.0)),
    row("abi, linked: open, read, close", LINKED, Way::PublishedLinked, Way::Linked, OPEN, Times(0.6)),
    row("abi, linked: read 4 KiB", LINKED, Way::PublishedLinked, Way::Linked, READ, Times(0.7)),
    Row {
        name: "abi, floor: read 4 KiB",
        against: LINKED,
        unit: NsPerOp,
        target: Target::None,
        linked: Target::None,
        measure: Other(|lab| abi::floor(lab, READ)),
    },
    row("abi, linked: list", LINKED, Way::PublishedLinked, Way::Linked, LIST, Target::None),
    row("abi, linked: write 4 KiB", LINKED, Way::PublishedLinked, Way::Linked, WRITE, Target::None),
    row("abi, linked: append", LINKED, Way::PublishedLinked, Way::Linked, APPEND, Target::None),
    row("abi, linked: small files", LINKED, Way::PublishedLinked, Way::Linked, SMALL, Target::None),
    Row {
        name: "abi, linked: bytes",
        against: LINKED,
        unit: Bytes,
        target: Target::Over(-30_000.0),
        linked: Target::None,
        measure: Slow(abi::sizes),
    },
    row("abi, engine: stat", MODULE, Way::Module, Way::Linked, STAT, Faster(30.0)),
    row("abi, engine: open, read, close", MODULE, Way::Module, Way::Linked, OPEN, Faster(10.0)),
    row("abi, engine: read 4 KiB", MODULE, Way::Module, Way::Linked, READ, Faster(6.0)),
    row("adapt: stat", PUBLISHED, Way::Published, Way::Adapted, STAT, Times(1.0)),
    row("adapt: open, read, close", PUBLISHED, Way::Published, Way::Adapted, OPEN, Times(1.0)),
    row("adapt: read 4 KiB", PUBLISHED, Way::Published, Way::Adapted, READ, Times(1.0)),
    row("adapt: list", PUBLISHED, Way::Published, Way::Adapted, LIST, Times(1.0)),
    row("adapt: write 4 KiB", PUBLISHED, Way::Published, Way::Adapted, WRITE, Times(1.0)),
    row("adapt: append", PUBLISHED, Way::Published, Way::Adapted, APPEND, Times(1.0)),
    row("adapt: small files", PUBLISHED, Way::Published, Way::Adapted, SMALL, Times(1.0)),
];

const fn row(
    name: &'static str,
    against: &'static str,
    base: Way,
    way: Way,
    arguments: &'static [&'static str],
    target: Target,
) -> Row {
    let work = Work { arguments, per: Per::Operation };
    Row { name, against, unit: NsPerOp, target, linked: Target::None, measure: Abi(Comparison { base, way, work }) }
}
