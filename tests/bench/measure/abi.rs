//! A preview1 module in different ways: what a call of it costs.

use super::Cost;
use super::guest::{Per, Work};
use crate::engine::in_engine;
use crate::lab::{App, Form, Lab, run};
use crate::row::{Sample, Samples};
use crate::trees::Tree;
use anyhow::Result;
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};
use vfs_tests::paths;
use wasmtime::{Engine, Instance, Linker, Module, Store};

/// How the program of the loops, a preview1 module, runs.
#[derive(Clone, Copy)]
pub enum Way {
    /// Composed, linked.
    Linked,
    /// Made a component by the published adapter, then composed, linked.
    PublishedLinked,
    /// Made a component by `vfs-compose adapt`, on the host directory.
    Adapted,
    /// Made a component by the published adapter, on the host directory.
    Published,
    /// As it is, on the host directory, by the preview1 of the engine of PyPI's `wasmtime`.
    Module,
}

/// A loop in two ways.
pub struct Comparison {
    /// The way that is compared with.
    pub base: Way,
    /// The other way.
    pub way: Way,
    /// The loop.
    pub work: Work<'static>,
}

impl Comparison {
    /// Once in each way. Odd rounds begin with the other.
    pub fn sample(&self, lab: &Lab, round: usize) -> Result<Samples> {
        let (base, cost) = if round.is_multiple_of(2) {
            (self.base.cost(lab, &self.work)?, self.way.cost(lab, &self.work)?)
        } else {
            let cost = self.way.cost(lab, &self.work)?;
            (self.base.cost(lab, &self.work)?, cost)
        };
        Ok(Samples { plugged: Sample::of(base, cost), linked: None })
    }
}

impl Way {
    fn cost(self, lab: &Lab, work: &Work<'_>) -> Result<Cost> {
        match self {
            Self::Linked => work.inside(lab, App::LoopsOfPreview1, Form::Linked),
            Self::PublishedLinked => work.inside(lab, App::LoopsPublished, Form::Linked),
            Self::Adapted => work.on_host(lab, App::LoopsAdapted),
            Self::Published => work.on_host(lab, App::LoopsPublished),
            Self::Module => by_engine(lab, work),
        }
    }
}

/// Runs the module itself on the engine of PyPI's `wasmtime`. The program times its loop, so that only the wall time is
/// known.
fn by_engine(lab: &Lab, work: &Work<'_>) -> Result<Cost> {
    let mut python = Command::new(paths::target().join("tools/python/bin/python"));
    python.arg(paths::tests().join("hosts/preview1.py")).arg(lab.app(App::LoopsOfPreview1)?);
    python.arg(lab.tree(Tree::Work)?).args(["{}", "guest"]).args(work.arguments);
    let stdout = String::from_utf8(run(python)?.stdout)?;
    work.cost(&crate::engine::Run { stdout, wall: Duration::ZERO, cpu: Duration::ZERO })
}

/// How often the floor reads 64 KiB, in 16 pieces.
const PASSES: i32 = 20_000;

/// The time of a read through the published adapter, linked, and that of the least that a linked read can be.
pub fn floor(lab: &Lab, read: &'static [&'static str]) -> Result<Sample> {
    let published = Way::PublishedLinked.cost(lab, &Work { arguments: read, per: Per::Operation })?;
    let took = least_read(&lab.host.engine).map_err(in_engine)?;
    let vfs = took.as_nanos() as f64 / f64::from(PASSES * 16);
    Ok(Sample { base: Some(published.wall), vfs, ..Sample::default() })
}

fn least_read(engine: &Engine) -> wasmtime::Result<Duration> {
    let mut store = Store::new(engine, ());
    let bridge = Module::new(engine, wat::parse_str(include_str!("floor.wat"))?)?;
    let bridge = Instance::new(&mut store, &bridge, &[])?;
    let mut linker = Linker::new(engine);
    linker.instance(&mut store, "bridge", bridge)?;
    let program = Module::new(engine, wat::parse_str(include_str!("floor_program.wat"))?)?;
    let program = linker.instantiate(&mut store, &program)?;
    let run = program.get_typed_func::<i32, ()>(&mut store, "run")?;
    run.call(&mut store, PASSES / 10)?;
    let start = Instant::now();
    run.call(&mut store, PASSES)?;
    Ok(start.elapsed())
}

/// Bytes of a program composed, linked, without its image: through the published adapter, and without it.
pub fn sizes(lab: &Lab) -> Result<Sample> {
    let bytes = |app| -> Result<f64> { Ok(fs::metadata(lab.composed(app, Tree::Tiny, Form::Linked)?)?.len() as f64) };
    Ok(Sample { base: Some(bytes(App::LoopsPublished)?), vfs: bytes(App::LoopsOfPreview1)?, ..Sample::default() })
}
