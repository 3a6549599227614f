//! The engine's own limit: bytes through a component boundary with nothing on either side.

use super::guest::{Per, Work};
use crate::engine::{cpu_time, in_engine};
use crate::lab::{App, Form, Lab};
use crate::row::Sample;
use anyhow::Result;
use std::time::Duration;
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Store};

/// Bytes that one measurement of the boundary moves.
const BYTES: u32 = 64 << 20;

/// How pieces follow one another: the name of the boundary's function.
#[derive(Clone, Copy)]
pub enum Order {
    /// In one stream.
    Sequential,
    /// Each in a stream of its own, as a seek makes one.
    Random,
}

/// CPU time of reading composed, in pieces of so many bytes, against the bare boundary in pieces of the same size.
pub fn against_reads(lab: &Lab, order: Order, piece: u32, reads: &'static [&'static str]) -> Result<Sample> {
    let base = Some(of_byte(lab, order, piece)?);
    let vfs = Work { arguments: reads, per: Per::Byte }.inside(lab, App::Loops, Form::Plugged)?.cpu;
    Ok(Sample { base, vfs, ..Sample::default() })
}

/// CPU time for one byte, in pieces of so many, in nanoseconds.
pub fn of_byte(lab: &Lab, order: Order, piece: u32) -> Result<f64> {
    let roof = roof(&lab.host.engine, order, piece).map_err(in_engine)?;
    Ok(roof.as_nanos() as f64 / f64::from(BYTES))
}

/// CPU time for [`BYTES`] in pieces of so many.
fn roof(engine: &Engine, order: Order, piece: u32) -> wasmtime::Result<Duration> {
    let component = Component::new(engine, wat::parse_str(include_str!("boundary.wat"))?)?;
    let mut store = Store::new(engine, ());
    let instance = Linker::new(engine).instantiate(&mut store, &component)?;
    let name = match order {
        Order::Sequential => "sequential",
        Order::Random => "random",
    };
    let run = instance.get_typed_func::<(u64, u32), ()>(&mut store, name)?;
    run.call(&mut store, (piece.into(), 1))?;

    let start = cpu_time()?;
    run.call(&mut store, (piece.into(), BYTES / piece))?;
    Ok(cpu_time()? - start)
}
