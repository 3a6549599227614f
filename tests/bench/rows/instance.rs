//! Serving requests with a new instance for each.

use super::HOST;
use crate::lab::Lab;
use crate::measure::{instance, node};
use crate::row::Measure::{Forms, FormsOnNode};
use crate::row::Target::{self, Over, Times};
use crate::row::Unit::{self, Faults, Micros};
use crate::row::{Row, Samples};
use crate::web::Memories::{OnDemand, Pooled};
use anyhow::Result;

const fn row(name: &'static str, unit: Unit, target: Target, measure: fn(&Lab, usize) -> Result<Samples>) -> Row {
    Row { name, against: HOST, unit, target, linked: target, measure: Forms(measure) }
}

/// At least 0.95 times the requests a second.
const RATE: Target = Times(1.052);

pub const ROWS: &[Row] = &[
    row("CPU of a request, instance from a pool", Micros, Over(100.0), |lab, n| instance::cpu(lab, n, Pooled)),
    row("page faults of a request, instance from a pool", Faults, Over(6.0), |lab, n| instance::faults(lab, n, Pooled)),
    row("a request of 8 clients, instance from a pool", Micros, RATE, |lab, n| instance::at_once(lab, n, Pooled)),
    row("CPU of a request, instance on demand", Micros, Target::None, |lab, n| instance::cpu(lab, n, OnDemand)),
    row("page faults of a request, instance on demand", Faults, Target::None, |lab, n| {
        instance::faults(lab, n, OnDemand)
    }),
    row("a request of 8 clients, instance on demand", Micros, Target::None, |lab, n| {
        instance::at_once(lab, n, OnDemand)
    }),
    Row {
        name: "a new instance that reads a file",
        against: "the shim's host directory",
        unit: Micros,
        target: Target::Gain,
        linked: Target::Gain,
        measure: FormsOnNode(node::instance),
    },
];
