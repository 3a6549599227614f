//! The table: every figure and what it should be, one file for each kind.

mod abi;
mod bulk;
mod compose;
mod instance;
mod metadata;
mod mounts;
mod node;
mod operators;
pub mod p3;
mod size;
mod speedtest1;
mod start;
mod write;

use crate::lab::Lab;
use crate::measure::guest::{Per, Work};
use crate::row::Measure::{Guest, Other};
use crate::row::Unit::{NsPerOp, Throughput};
use crate::row::{Row, Sample, Target, Unit};
use anyhow::Result;

/// All rows, in the order of the table.
pub fn all() -> impl Iterator<Item = &'static Row> {
    let kinds = [
        metadata::ROWS,
        write::ROWS,
        bulk::ROWS,
        operators::ROWS,
        speedtest1::ROWS,
        node::ROWS,
        start::ROWS,
        instance::ROWS,
        size::ROWS,
        compose::ROWS,
        abi::ROWS,
        mounts::ROWS,
    ];
    kinds.into_iter().flatten()
}

const HOST: &str = "the host directory";

const fn operation(name: &'static str, arguments: &'static [&'static str], target: Target, linked: Target) -> Row {
    let measure = Guest(Work { arguments, per: Per::Operation });
    Row { name, against: HOST, unit: NsPerOp, target, linked, measure }
}

const fn bytes(name: &'static str, arguments: &'static [&'static str], target: Target, linked: Target) -> Row {
    let measure = Guest(Work { arguments, per: Per::Byte });
    Row { name, against: HOST, unit: Throughput, target, linked, measure }
}

const fn report(name: &'static str, against: &'static str, unit: Unit, measure: fn(&Lab) -> Result<Sample>) -> Row {
    Row { name, against, unit, target: Target::None, linked: Target::None, measure: Other(measure) }
}
