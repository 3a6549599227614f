//! Reading contents.

use super::bytes;
use crate::lab::Lab;
use crate::measure::boundary::Order::{Random, Sequential};
use crate::measure::boundary::against_reads;
use crate::measure::bulk;
use crate::row::Measure::Other;
use crate::row::Target::{Faster, Gain};
use crate::row::Unit::NsPerByte;
use crate::row::{Row, Sample, Target};
use anyhow::Result;

// 256 MiB of a file of 16: that its pages have to be mapped first, as the last table shows, is to be a small part.
const READ_4K: &[&str] = &["read", "/data.bin", "4096", "16"];
const READ_64K: &[&str] = &["read", "/data.bin", "65536", "16"];
const READ_1M: &[&str] = &["read", "/data.bin", "1048576", "16"];
const RANDOM_4K: &[&str] = &["random-read", "/data.bin", "4096", "65536"];
const RANDOM_64K: &[&str] = &["random-read", "/data.bin", "65536", "4096"];
const RANDOM_1M: &[&str] = &["random-read", "/data.bin", "1048576", "256"];
// 1 GiB: between the forms, that part is the same in both and no part of what is compared.
const OFTEN_4K: &[&str] = &["read", "/data.bin", "4096", "64"];
const OFTEN_64K: &[&str] = &["read", "/data.bin", "65536", "64"];
const OFTEN_1M: &[&str] = &["read", "/data.bin", "1048576", "64"];
const DIRECT_4K: &[&str] = &["direct-read", "/data.bin", "4096", "16384"];
const DIRECT_64K: &[&str] = &["direct-read", "/data.bin", "65536", "2048"];
const DIRECT_1M: &[&str] = &["direct-read", "/data.bin", "1048576", "128"];
const DIRECT_RANDOM_4K: &[&str] = &["direct-random-read", "/data.bin", "4096", "16384"];
const DIRECT_RANDOM_64K: &[&str] = &["direct-random-read", "/data.bin", "65536", "2048"];
const DIRECT_RANDOM_1M: &[&str] = &["direct-random-read", "/data.bin", "1048576", "128"];

/// Plugged, no vfs can be cheaper than the engine's own work at the boundary.
const fn roof(name: &'static str, measure: fn(&Lab) -> Result<Sample>) -> Row {
    let against = "the bare component boundary";
    Row { name, against, unit: NsPerByte, target: Target::Times(1.15), linked: Target::None, measure: Other(measure) }
}

const fn less_cpu(name: &'static str, target: Target, measure: fn(&Lab) -> Result<Sample>) -> Row {
    Row { name, against: "plugged", unit: NsPerByte, target, linked: Target::None, measure: Other(measure) }
}

pub const ROWS: &[Row] = &[
    bytes("read 16 MiB in 4 KiB pieces", READ_4K, Gain, Faster(4.0)),
    bytes("read 16 MiB in 64 KiB pieces", READ_64K, Gain, Faster(1.4)),
    bytes("read 16 MiB in 1 MiB pieces", READ_1M, Gain, Faster(1.4)),
    bytes("random read in 4 KiB pieces", RANDOM_4K, Gain, Faster(4.0)),
    bytes("random read in 64 KiB pieces", RANDOM_64K, Gain, Gain),
    bytes("random read in 1 MiB pieces", RANDOM_1M, Gain, Gain),
    roof("CPU of reading in 4 KiB pieces", |lab| against_reads(lab, Sequential, 4 << 10, DIRECT_4K)),
    roof("CPU of reading in 64 KiB pieces", |lab| against_reads(lab, Sequential, 64 << 10, DIRECT_64K)),
    roof("CPU of reading in 1 MiB pieces", |lab| against_reads(lab, Sequential, 1 << 20, DIRECT_1M)),
    roof("CPU of random reading in 4 KiB pieces", |lab| against_reads(lab, Random, 4 << 10, DIRECT_RANDOM_4K)),
    roof("CPU of random reading in 64 KiB pieces", |lab| against_reads(lab, Random, 64 << 10, DIRECT_RANDOM_64K)),
    roof("CPU of random reading in 1 MiB pieces", |lab| against_reads(lab, Random, 1 << 20, DIRECT_RANDOM_1M)),
    less_cpu("CPU of read in 4 KiB pieces, linked against plugged", Gain, |lab| bulk::forms(lab, OFTEN_4K)),
    less_cpu("CPU of read in 64 KiB pieces, linked against plugged", Faster(8.0), |lab| bulk::forms(lab, OFTEN_64K)),
    less_cpu("CPU of read in 1 MiB pieces, linked against plugged", Faster(8.0), |lab| bulk::forms(lab, OFTEN_1M)),
];
