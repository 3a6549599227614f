//! What a byte costs linked, and what it costs at least.

use super::guest::{Per, Work};
use crate::engine::{cpu_time, in_engine};
use crate::lab::{Form, Lab};
use crate::row::Sample;
use anyhow::Result;
use std::time::Duration;
use wasmtime::{Engine, Instance, Module, Store};

/// Bytes that one measurement of the plain copy moves.
const BYTES: u32 = 256 << 20;

/// Copies pieces of 16 MiB, one after the other and from the start again, to one place: what a reader does, and nothing else.
const COPY: &str = r#"(module
    (memory 273)
    (func (export "run") (param $piece i32) (param $times i32)
        (local $from i32)
        (loop $again
            (memory.copy (i32.const 16777216) (local.get $from) (local.get $piece))
            (local.set $from (i32.and (i32.add (local.get $from) (local.get $piece)) (i32.const 0xffffff)))
            (br_if $again (local.tee $times (i32.sub (local.get $times) (i32.const 1))))))
    ;; Bytes that are there: pages that were never written to are all one page of zeroes.
    (func (export "touch") (memory.fill (i32.const 0) (i32.const 0x5a) (i32.const 17825792))))"#;

/// CPU time of reading plugged and linked.
pub fn forms(lab: &Lab, reads: &'static [&'static str]) -> Result<Sample> {
    let work = Work { arguments: reads, per: Per::Byte };
    let base = work.inside(lab, Form::Plugged)?.cpu;
    Ok(Sample { base: Some(base), vfs: work.inside(lab, Form::Linked)?.cpu, ..Sample::default() })
}

/// CPU time of reading linked, in pieces of so many bytes, against one `memory.copy` for each piece.
pub fn against_copy(lab: &Lab, piece: u32, reads: &'static [&'static str]) -> Result<Sample> {
    let copy = copy(&lab.host.engine, piece).map_err(in_engine)?;
    let vfs = Work { arguments: reads, per: Per::Byte }.inside(lab, Form::Linked)?.cpu;
    Ok(Sample { base: Some(copy.as_nanos() as f64 / f64::from(BYTES)), vfs, ..Sample::default() })
}

/// CPU time for [`BYTES`] in pieces of so many.
fn copy(engine: &Engine, piece: u32) -> wasmtime::Result<Duration> {
    let module = Module::new(engine, wat::parse_str(COPY)?)?;
    let mut store = Store::new(engine, ());
    let instance = Instance::new(&mut store, &module, &[])?;
    instance.get_typed_func::<(), ()>(&mut store, "touch")?.call(&mut store, ())?;
    let run = instance.get_typed_func::<(u32, u32), ()>(&mut store, "run")?;

    let start = cpu_time()?;
    run.call(&mut store, (piece, BYTES / piece))?;
    Ok(cpu_time()? - start)
}
