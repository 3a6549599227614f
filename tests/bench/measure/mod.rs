//! One file for each kind of measurement.

pub mod abi;
pub mod boundary;
pub mod bulk;
pub mod compose;
pub mod guest;
pub mod instance;
pub mod left;
pub mod memory;
pub mod mounts;
pub mod node;
pub mod operators;
pub mod p3;
pub mod size;
pub mod speedtest1;
pub mod start;
pub mod turns;

use crate::lab::Form;
use crate::row::{Sample, Samples};
use anyhow::Result;
use serde::Serialize;

/// What one of something costs, in the unit of its row.
#[derive(Clone, Copy, Serialize)]
pub struct Cost {
    /// Time.
    pub wall: f64,
    /// CPU time of the process.
    pub cpu: f64,
}

/// The host directory and both forms, one straight after the other. Odd rounds begin with the forms.
fn interleaved(
    round: usize,
    on_host: impl Fn() -> Result<Cost>,
    inside: impl Fn(Form) -> Result<Cost>,
) -> Result<Samples> {
    let sides = || -> Result<_> { Ok((inside(Form::Plugged)?, inside(Form::Linked)?)) };
    let (base, (plugged, linked)) = if round.is_multiple_of(2) {
        let base = on_host()?;
        (base, sides()?)
    } else {
        let sides = sides()?;
        (on_host()?, sides)
    };
    Ok(Samples { plugged: Sample::of(base, plugged), linked: Some(Sample::of(base, linked)) })
}
