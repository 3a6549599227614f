//! A preview1 module in different ways: what a call of it costs.

use super::Cost;
use super::guest::Work;
use crate::lab::{App, Form, Lab, run};
use crate::row::{Sample, Samples};
use crate::trees::Tree;
use anyhow::Result;
use std::fs;
use std::process::Command;
use std::time::Duration;
use vfs_tests::paths;

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

/// Bytes of a program composed, linked, without its image: through the published adapter, and without it.
pub fn sizes(lab: &Lab) -> Result<Sample> {
    let bytes = |app| -> Result<f64> { Ok(fs::metadata(lab.composed(app, Tree::Tiny, Form::Linked)?)?.len() as f64) };
    Ok(Sample { base: Some(bytes(App::LoopsPublished)?), vfs: bytes(App::LoopsOfPreview1)?, ..Sample::default() })
}
