//! A new instance for each request, as serverless hosts have it.

use super::interleaved;
use crate::lab::Lab;
use crate::row::{Sample, Samples};
use crate::web::{Cost, Memories};
use anyhow::Result;

/// Requests of one sample.
const REQUESTS: usize = 800;
/// Clients that ask at the same time.
const CLIENTS: usize = 8;

/// CPU time of a request in microseconds.
pub fn cpu(lab: &Lab, round: usize, memories: Memories) -> Result<Samples> {
    sample(lab, round, memories, CLIENTS, |cost| cost.cpu.as_secs_f64() * 1e6)
}

/// Page faults of a request, one after another.
pub fn faults(lab: &Lab, round: usize, memories: Memories) -> Result<Samples> {
    sample(lab, round, memories, 1, |cost| cost.faults as f64)
}

/// Time that passes for one request in microseconds: 1,000,000 by requests a second.
pub fn at_once(lab: &Lab, round: usize, memories: Memories) -> Result<Samples> {
    sample(lab, round, memories, CLIENTS, |cost| cost.wall.as_secs_f64() * 1e6)
}

fn sample(lab: &Lab, round: usize, memories: Memories, clients: usize, of: fn(&Cost) -> f64) -> Result<Samples> {
    let each = |form| -> Result<super::Cost> {
        let cost = lab.web(memories, form)?.get(clients, REQUESTS / clients)?;
        let each = of(&cost) / REQUESTS as f64;
        Ok(super::Cost { wall: each, cpu: each })
    };
    let Samples { plugged, linked } = interleaved(round, || each(None), |form| each(Some(form)))?;
    let figure = |sample| Sample { base_cpu: None, vfs_cpu: None, ..sample };
    Ok(Samples { plugged: figure(plugged), linked: linked.map(figure) })
}
