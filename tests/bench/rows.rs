//! The table: every figure and what it should be.

use crate::lab::{App, Form, Lab};
use crate::measure::boundary::Order::{Random, Sequential};
use crate::measure::boundary::against_reads;
use crate::measure::guest::{self, Per, Work};
use crate::measure::{bulk, compose, memory, size, start};
use crate::row::Measure::{Forms, Guest, Other, Slow};
use crate::row::Unit::{Bytes, MiB, Micros, Millis, NsPerByte, NsPerOp, Throughput};
use crate::row::{Row, Sample, Target, Unit};
use crate::trees::Tree;
use anyhow::Result;

const HOST: &str = "the host directory";

const READ_4K: &[&str] = &["read", "/data.bin", "4096", "4"];
const READ_64K: &[&str] = &["read", "/data.bin", "65536", "8"];
const READ_1M: &[&str] = &["read", "/data.bin", "1048576", "8"];
const RANDOM_4K: &[&str] = &["random-read", "/data.bin", "4096", "16384"];
const RANDOM_64K: &[&str] = &["random-read", "/data.bin", "65536", "2048"];
const RANDOM_1M: &[&str] = &["random-read", "/data.bin", "1048576", "128"];

const fn operation(name: &'static str, arguments: &'static [&'static str], target: Target, linked: Target) -> Row {
    let measure = Guest(Work { arguments, per: Per::Operation });
    Row { name, against: HOST, unit: NsPerOp, target, linked, measure }
}

const fn bytes(name: &'static str, arguments: &'static [&'static str], target: Target, linked: Target) -> Row {
    let measure = Guest(Work { arguments, per: Per::Byte });
    Row { name, against: HOST, unit: Throughput, target, linked, measure }
}

const fn roof(name: &'static str, measure: fn(&Lab) -> Result<Sample>) -> Row {
    Row {
        name,
        against: "the bare component boundary",
        unit: NsPerByte,
        target: Target::Times(1.15),
        linked: Target::None,
        measure: Other(measure),
    }
}

/// How much less CPU time a byte takes linked.
const BULK: Target = Target::Faster(8.0);

const fn less_cpu(name: &'static str, target: Target, measure: fn(&Lab) -> Result<Sample>) -> Row {
    Row { name, against: "plugged", unit: NsPerByte, target, linked: Target::None, measure: Other(measure) }
}

const fn plain_copy(name: &'static str, measure: fn(&Lab) -> Result<Sample>) -> Row {
    report(name, "memory.copy of the same bytes", NsPerByte, measure)
}

const fn report(name: &'static str, against: &'static str, unit: Unit, measure: fn(&Lab) -> Result<Sample>) -> Row {
    Row { name, against, unit, target: Target::None, linked: Target::None, measure: Other(measure) }
}

const DIRECT_4K: &[&str] = &["direct-read", "/data.bin", "4096", "16384"];
const DIRECT_64K: &[&str] = &["direct-read", "/data.bin", "65536", "2048"];
const DIRECT_1M: &[&str] = &["direct-read", "/data.bin", "1048576", "128"];
const DIRECT_RANDOM_4K: &[&str] = &["direct-random-read", "/data.bin", "4096", "16384"];
const DIRECT_RANDOM_64K: &[&str] = &["direct-random-read", "/data.bin", "65536", "2048"];
const DIRECT_RANDOM_1M: &[&str] = &["direct-random-read", "/data.bin", "1048576", "128"];

/// All rows, in the order of the table.
pub const ROWS: &[Row] = &[
    operation(
        "stat in a directory of 1,000",
        &["stat", "/d1000", "1000", "20000"],
        Target::Faster(3.5),
        Target::Faster(15.0),
    ),
    operation(
        "stat in a directory of 100",
        &["stat", "/d100", "100", "20000"],
        Target::Faster(3.5),
        Target::Faster(15.0),
    ),
    operation(
        "stat in a directory of 20,000",
        &["stat", "/d20000", "20000", "20000"],
        Target::Faster(3.5),
        Target::Faster(15.0),
    ),
    operation(
        "stat 5 levels deep",
        &["stat-path", "/deep/a/b/c/d/file", "20000"],
        Target::Faster(3.5),
        Target::Faster(15.0),
    ),
    Row {
        name: "CPU of stat in a directory of 20,000",
        against: "stat in a directory of 100, composed",
        unit: NsPerOp,
        target: Target::Times(1.5),
        linked: Target::None,
        measure: Other(guest::lookups_by_directory_size),
    },
    operation(
        "open, read 64 bytes, close",
        &["open", "/d1000", "1000", "10000"],
        Target::Faster(1.8),
        Target::Faster(10.0),
    ),
    operation("list 1,000 entries, each entry", &["list", "/d1000", "20"], Target::Faster(2.2), Target::Faster(8.0)),
    operation(
        "create 1 KiB, stat, unlink",
        &["small-files", "/new", "1000"],
        Target::Faster(6.0),
        Target::Faster(15.0),
    ),
    operation("append 100 bytes", &["append", "/log", "4000"], Target::Faster(7.0), Target::Faster(20.0)),
    bytes(
        "write 16 MiB in 4 KiB pieces",
        &["write", "/new", "4096", "16777216", "8"],
        Target::Faster(7.0),
        Target::Faster(10.0),
    ),
    bytes(
        "write 16 MiB in 64 KiB pieces",
        &["write", "/new", "65536", "16777216", "4"],
        Target::None,
        Target::Faster(2.0),
    ),
    bytes("write 16 MiB in 1 MiB pieces", &["write", "/new", "1048576", "16777216", "4"], Target::None, Target::None),
    bytes("read 16 MiB in 4 KiB pieces", READ_4K, Target::None, Target::Faster(4.0)),
    bytes("read 16 MiB in 64 KiB pieces", READ_64K, Target::None, Target::Faster(1.4)),
    bytes("read 16 MiB in 1 MiB pieces", READ_1M, Target::None, Target::Faster(1.4)),
    bytes("random read in 4 KiB pieces", RANDOM_4K, Target::None, Target::Faster(4.0)),
    bytes("random read in 64 KiB pieces", RANDOM_64K, Target::None, Target::None),
    bytes("random read in 1 MiB pieces", RANDOM_1M, Target::None, Target::None),
    roof("CPU of reading in 4 KiB pieces", |lab| against_reads(lab, Sequential, 4 << 10, DIRECT_4K)),
    roof("CPU of reading in 64 KiB pieces", |lab| against_reads(lab, Sequential, 64 << 10, DIRECT_64K)),
    roof("CPU of reading in 1 MiB pieces", |lab| against_reads(lab, Sequential, 1 << 20, DIRECT_1M)),
    roof("CPU of random reading in 4 KiB pieces", |lab| against_reads(lab, Random, 4 << 10, DIRECT_RANDOM_4K)),
    roof("CPU of random reading in 64 KiB pieces", |lab| against_reads(lab, Random, 64 << 10, DIRECT_RANDOM_64K)),
    roof("CPU of random reading in 1 MiB pieces", |lab| against_reads(lab, Random, 1 << 20, DIRECT_RANDOM_1M)),
    less_cpu("CPU of read in 4 KiB pieces, linked against plugged", Target::None, |lab| bulk::forms(lab, READ_4K)),
    less_cpu("CPU of read in 64 KiB pieces, linked against plugged", BULK, |lab| bulk::forms(lab, READ_64K)),
    less_cpu("CPU of read in 1 MiB pieces, linked against plugged", BULK, |lab| bulk::forms(lab, READ_1M)),
    plain_copy("CPU of reading in 4 KiB pieces, linked", |lab| bulk::against_copy(lab, 4 << 10, DIRECT_4K)),
    plain_copy("CPU of reading in 64 KiB pieces, linked", |lab| bulk::against_copy(lab, 64 << 10, DIRECT_64K)),
    plain_copy("CPU of reading in 1 MiB pieces, linked", |lab| bulk::against_copy(lab, 1 << 20, DIRECT_1M)),
    plain_copy("CPU of std's read in 64 KiB pieces, linked", |lab| bulk::against_copy(lab, 64 << 10, READ_64K)),
    Row {
        name: "first filesystem call after start",
        against: HOST,
        unit: Micros,
        target: Target::AtMost(30.0),
        linked: Target::None,
        measure: Forms(start::first_call),
    },
    Row {
        name: "instantiate, image of 1 MiB",
        against: "the bare app",
        unit: Micros,
        target: Target::Over(100.0),
        linked: Target::None,
        measure: Other(|lab| start::instantiate_over_bare(lab, Form::Plugged)),
    },
    Row {
        name: "instantiate, image of 256 MiB",
        against: "an image of 1 MiB",
        unit: Micros,
        target: Target::Times(1.2),
        linked: Target::None,
        measure: Other(|lab| start::instantiate_by_image_size(lab, Form::Plugged)),
    },
    report("instantiate linked, image of 1 MiB", "the bare app", Micros, |lab| {
        start::instantiate_over_bare(lab, Form::Linked)
    }),
    report("instantiate linked, image of 256 MiB", "an image of 1 MiB", Micros, |lab| {
        start::instantiate_by_image_size(lab, Form::Linked)
    }),
    report("bytes added, linked, to an app that only reads", "the bare app and the image", Bytes, |lab| {
        size::added(lab, App::Reader, Form::Linked)
    }),
    report("bytes added, linked, to an app that imports everything", "the bare app and the image", Bytes, |lab| {
        size::added(lab, App::Everything, Form::Linked)
    }),
    Row {
        name: "memory of a run that reads one file, image of 256 MiB",
        against: "an image of 1 MiB",
        unit: MiB,
        target: Target::Over(1.0),
        linked: Target::None,
        measure: Other(memory::one_file),
    },
    Row {
        name: "bytes added to an app that only reads",
        against: "the bare app and the image",
        unit: Bytes,
        target: Target::AtMost(120.0 * 1024.0),
        linked: Target::None,
        measure: Slow(|lab| size::added(lab, App::Reader, Form::Plugged)),
    },
    Row {
        name: "bytes added to an app that imports everything",
        against: "the bare app and the image",
        unit: Bytes,
        target: Target::AtMost(220.0 * 1024.0),
        linked: Target::None,
        measure: Slow(|lab| size::added(lab, App::Everything, Form::Plugged)),
    },
    Row {
        name: "bytes added besides the image, 1,000 files",
        against: "one file",
        unit: Bytes,
        target: Target::Over(64.0),
        linked: Target::None,
        measure: Slow(size::added_per_file),
    },
    Row {
        name: "image of 1,000 files of 1 KiB",
        against: "mkfs.erofs",
        unit: Bytes,
        target: Target::Times(1.01),
        linked: Target::None,
        measure: Slow(|lab| size::image(lab, Tree::SmallFiles(1_000))),
    },
    Row {
        name: "image of CPython's library",
        against: "mkfs.erofs",
        unit: Bytes,
        target: Target::Times(1.01),
        linked: Target::None,
        measure: Slow(|lab| size::image(lab, Tree::Python)),
    },
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
