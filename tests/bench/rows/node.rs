//! The same loops on Node.

use crate::measure::guest::{Per, Work};
use crate::measure::node::Loop;
use crate::row::Measure::OnNode;
use crate::row::Target::{Faster, Gain};
use crate::row::Unit::{NsPerOp, Throughput};
use crate::row::{Row, Target, Unit};

type Words = &'static [&'static str];

const fn operation(name: &'static str, on_host: Words, inside: Words, linked: Target) -> Row {
    row(name, NsPerOp, Per::Operation, on_host, inside, linked)
}

const fn bytes(name: &'static str, on_host: Words, inside: Words, linked: Target) -> Row {
    row(name, Throughput, Per::Byte, on_host, inside, linked)
}

const fn row(name: &'static str, unit: Unit, per: Per, on_host: Words, inside: Words, linked: Target) -> Row {
    let measure = OnNode(Loop { on_host: Work { arguments: on_host, per }, inside: Work { arguments: inside, per } });
    Row { name, against: "the shim's host directory", unit, target: Gain, linked, measure }
}

pub const ROWS: &[Row] = &[
    operation(
        "stat in a directory of 1,000",
        &["stat", "/d1000", "1000", "10000"],
        &["stat", "/d1000", "1000", "100000"],
        Faster(50.0),
    ),
    operation(
        "open, read 64 bytes, close",
        &["open", "/d1000", "1000", "1000"],
        &["open", "/d1000", "1000", "100000"],
        Faster(200.0),
    ),
    bytes(
        "read 16 MiB in 4 KiB pieces",
        &["read", "/data.bin", "4096", "2"],
        &["read", "/data.bin", "4096", "32"],
        Faster(15.0),
    ),
    bytes(
        "read 16 MiB in 64 KiB pieces",
        &["read", "/data.bin", "65536", "4"],
        &["read", "/data.bin", "65536", "64"],
        Faster(15.0),
    ),
    bytes(
        "read 16 MiB in 1 MiB pieces",
        &["read", "/data.bin", "1048576", "4"],
        &["read", "/data.bin", "1048576", "64"],
        Faster(15.0),
    ),
];
