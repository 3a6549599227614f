//! What reading costs linked besides the copy itself, and where that goes.

use super::guest::{Per, Work};
use crate::engine::{cpu_time, in_engine};
use crate::lab::{App, Form, Lab};
use anyhow::Result;
use wasmtime::{Engine, Instance, Module, Store};

/// Bytes that one measurement moves: the file many times over, so that its first time does not count.
const BYTES: u32 = 1 << 30;

/// Bytes of the file.
const FILE: u32 = 16 << 20;

/// Copies pieces from one memory to another, one after the other and from the start again, to one place: what a reader does, and
/// nothing else.
const COPY: &str = r#"(module
    (memory $file 256)
    (memory $app 16)
    (func (export "run") (param $piece i32) (param $times i32)
        (local $from i32)
        (loop $again
            (memory.copy $app $file (i32.const 0) (local.get $from) (local.get $piece))
            (local.set $from (i32.and (i32.add (local.get $from) (local.get $piece)) (i32.const 0xffffff)))
            (br_if $again (local.tee $times (i32.sub (local.get $times) (i32.const 1))))))
    ;; Bytes that are there: pages that were never written to are all one page of zeroes.
    (func (export "touch")
        (memory.fill $file (i32.const 0) (i32.const 0x5a) (i32.const 0x1000000))
        (memory.fill $app (i32.const 0) (i32.const 0x5a) (i32.const 0x100000))))"#;

/// CPU time of one byte, in nanoseconds, by ways that each have one thing more than the one before.
#[derive(Clone, Copy)]
pub struct Costs {
    /// `memory.copy`.
    pub copy: f64,
    /// `blocking-read` called as WASI has it, from Rust: into a list.
    pub list: f64,
    /// Rust's `File::read`: from the list to the program's buffer.
    pub std: f64,
    /// The same as a preview1 module: `fd_read` gives the buffer itself to the list.
    pub preview1: f64,
    /// A call of `blocking-read` for one byte, as a part of a piece's bytes.
    pub call: f64,
    /// What `list` costs more when the file is read for the first time.
    pub first: f64,
}

/// All of them, in pieces of so many bytes.
pub fn sample(lab: &Lab, piece: u32) -> Result<Costs> {
    let cost = |app, mode, piece: u32, bytes: u32, per| -> Result<f64> {
        let count = if mode == "read" { bytes / FILE } else { bytes / piece };
        let arguments = [mode, "/data.bin", &piece.to_string(), &count.to_string()];
        Ok(Work { arguments: &arguments, per }.inside(lab, app, Form::Linked)?.cpu)
    };
    let list = cost(App::Loops, "direct-read", piece, BYTES, Per::Byte)?;
    Ok(Costs {
        copy: copy(&lab.host.engine, piece).map_err(in_engine)?,
        list,
        std: cost(App::Loops, "read", piece, BYTES, Per::Byte)?,
        preview1: cost(App::LoopsOfPreview1, "read", piece, BYTES, Per::Byte)?,
        call: cost(App::Loops, "direct-read", 1, 1 << 18, Per::Operation)? / f64::from(piece),
        first: cost(App::Loops, "direct-read", piece, FILE, Per::Byte)? - list,
    })
}

/// CPU time of one byte in pieces of so many.
fn copy(engine: &Engine, piece: u32) -> wasmtime::Result<f64> {
    let module = Module::new(engine, wat::parse_str(COPY)?)?;
    let mut store = Store::new(engine, ());
    let instance = Instance::new(&mut store, &module, &[])?;
    instance.get_typed_func::<(), ()>(&mut store, "touch")?.call(&mut store, ())?;
    let run = instance.get_typed_func::<(u32, u32), ()>(&mut store, "run")?;

    let start = cpu_time()?;
    run.call(&mut store, (piece, BYTES / piece))?;
    Ok((cpu_time()? - start).as_nanos() as f64 / f64::from(BYTES))
}
