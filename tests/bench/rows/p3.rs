//! The loops that both of WASI 0.2 and 0.3 have.

use crate::measure::guest::{Per, Work};
use crate::measure::p3::Row;
use crate::row::Target::{self, Faster, Gain};
use crate::row::Unit::{NsPerOp, Throughput};

const fn operation(name: &'static str, arguments: &'static [&'static str], target: Target) -> Row {
    Row { name, unit: NsPerOp, target, work: Work { arguments, per: Per::Operation } }
}

const fn bytes(name: &'static str, arguments: &'static [&'static str], target: Target) -> Row {
    Row { name, unit: Throughput, target, work: Work { arguments, per: Per::Byte } }
}

pub const ROWS: &[Row] = &[
    bytes("read 16 MiB in 64 KiB pieces", &["read", "/data.bin", "65536", "16"], Faster(1.0)),
    bytes("read 16 MiB in 1 MiB pieces", &["read", "/data.bin", "1048576", "16"], Faster(1.2)),
    bytes("read 16 MiB of its own in 64 KiB pieces", &["read-own", "/new", "65536", "16777216", "16"], Faster(1.0)),
    bytes("read 16 MiB of its own in 1 MiB pieces", &["read-own", "/new", "1048576", "16777216", "16"], Faster(1.2)),
    bytes("write 16 MiB in 64 KiB pieces", &["write", "/new", "65536", "16777216", "8"], Faster(1.0)),
    bytes("write 16 MiB in 1 MiB pieces", &["write", "/new", "1048576", "16777216", "8"], Faster(1.0)),
    // Where the call returns at once. Were every call a task, it would be 0.7 times.
    operation("stat in a directory of 1,000", &["stat", "/d1000", "1000", "20000"], Faster(4.0)),
    // The engine's turns set the limit: `measure/turns.rs` has them bare.
    operation("open, read 64 bytes, close", &["open", "/d1000", "1000", "10000"], Faster(1.0)),
    operation("list 1,000 entries, each entry", &["list", "/d1000", "20"], Gain),
];
