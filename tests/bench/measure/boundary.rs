//! The engine's own limit: bytes through a component boundary with nothing on either side.

use super::guest::{Per, Work};
use crate::engine::{cpu_time, in_engine};
use crate::lab::Lab;
use crate::row::Sample;
use anyhow::Result;
use std::time::{Duration, Instant};
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Store};

/// Bytes that one measurement of the boundary moves.
const BYTES: u32 = 64 << 20;

/// Reading composed, in pieces of so many bytes, against the bare boundary in pieces of the same size.
pub fn against_reads(lab: &Lab, piece: u32, reads: &'static [&'static str]) -> Result<Sample> {
    let (wall, cpu) = roof(&lab.host.engine, piece).map_err(in_engine)?;
    let vfs = Work { arguments: reads, per: Per::Byte }.inside(lab)?;
    Ok(Sample {
        base: Some(wall.as_nanos() as f64 / f64::from(BYTES)),
        vfs: vfs.wall,
        base_cpu: Some(cpu.as_nanos() as f64 / f64::from(BYTES)),
        vfs_cpu: Some(vfs.cpu),
    })
}

/// Wall and CPU time for [`BYTES`] in pieces of so many.
fn roof(engine: &Engine, piece: u32) -> wasmtime::Result<(Duration, Duration)> {
    let component = Component::new(engine, wat::parse_str(include_str!("boundary.wat"))?)?;
    let mut store = Store::new(engine, ());
    let instance = Linker::new(engine).instantiate(&mut store, &component)?;
    let run = instance.get_typed_func::<(u32, u32), ()>(&mut store, "run")?;
    run.call(&mut store, (piece, 1))?;

    let (start, start_cpu) = (Instant::now(), cpu_time()?);
    run.call(&mut store, (piece, BYTES / piece))?;
    Ok((start.elapsed(), cpu_time()? - start_cpu))
}
