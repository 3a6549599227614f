//! The guest's loops, timed from inside.

use super::{Cost, interleaved};
use crate::engine::{Program, Run, in_engine};
use crate::lab::{App, Form, Lab};
use crate::row::{Sample, Samples};
use crate::trees::Tree;
use anyhow::{Context, Result};
use std::path::Path;
use std::time::Duration;

/// A loop and what one of it is.
#[derive(Clone, Copy)]
pub struct Work<'a> {
    /// The guest's arguments.
    pub arguments: &'a [&'a str],
    /// What its time is divided by.
    pub per: Per,
}

/// What a loop's time is divided by.
#[derive(Clone, Copy)]
pub enum Per {
    /// The operations of its first timing (a loop with several timings does each to the same files).
    Operation,
    /// The bytes moved.
    Byte,
}

impl Work<'_> {
    /// Once on the host directory, once in each form.
    pub fn sample(&self, lab: &Lab, round: usize) -> Result<Samples> {
        interleaved(round, || self.on_host(lab, App::Loops), |form| self.inside(lab, App::Loops, form))
    }

    /// Once on the host directory.
    pub fn on_host(&self, lab: &Lab, app: App) -> Result<Cost> {
        self.run(&*lab.program(&lab.bare(app)?)?, Some(&lab.tree(Tree::Work)?))
    }

    /// Once with a component that has the host directory in its tree.
    pub fn in_directory(&self, lab: &Lab, wasm: &Path) -> Result<Cost> {
        self.run(&*lab.program(wasm)?, Some(&lab.tree(Tree::Work)?))
    }

    /// Once composed.
    pub fn inside(&self, lab: &Lab, app: App, form: Form) -> Result<Cost> {
        self.run(&*lab.program(&lab.composed(app, Tree::Work, form)?)?, None)
    }

    /// What one of it costs, in nanoseconds, by the guest's own clock and by the CPU time of the run.
    pub fn cost(&self, run: &Run) -> Result<Cost> {
        let timings = timings(run)?;
        let first = timings.first().context("the guest printed no timing")?;
        let count = match self.per {
            Per::Operation => first.operations,
            Per::Byte => timings.iter().map(|t| t.bytes).sum(),
        };
        let wall: Duration = timings.iter().map(|t| t.elapsed).sum();
        Ok(Cost { wall: wall.as_nanos() as f64 / count as f64, cpu: run.cpu.as_nanos() as f64 / count as f64 })
    }

    fn run(&self, program: &Program, directory: Option<&Path>) -> Result<Cost> {
        self.cost(&program.run(directory, self.arguments).map_err(in_engine)?)
    }
}

/// CPU time of `stat` plugged, in a directory of 100 entries and in one of 20,000.
pub fn stat_by_directory_size(lab: &Lab) -> Result<Sample> {
    cpu_of_both(lab, Form::Plugged, ["stat", "/d100", "100", "100000"], ["stat", "/d20000", "20000", "100000"])
}

/// The same linked.
pub fn linked_stat_by_directory_size(lab: &Lab) -> Result<Sample> {
    cpu_of_both(lab, Form::Linked, ["stat", "/d100", "100", "100000"], ["stat", "/d20000", "20000", "100000"])
}

/// CPU time of `stat` linked, of 100 files in a directory of 100 and in one of 20,000.
pub fn linked_stat_of_few_in_large(lab: &Lab) -> Result<Sample> {
    cpu_of_both(lab, Form::Linked, ["stat", "/d100", "100", "100000"], ["stat", "/d20000", "100", "100000"])
}

/// CPU time of three lines of memory, each found by the one before, in memory that the processor's first cache holds,
/// and in as much as 20,000 files take in the image and in what the vfs knows of their names.
pub fn cold_lines(lab: &Lab) -> Result<Sample> {
    cpu_of_both(lab, Form::Plugged, ["cold-lines", "16", "3", "400000"], ["cold-lines", "3072", "3", "400000"])
}

fn cpu_of_both(lab: &Lab, form: Form, base: [&str; 4], vfs: [&str; 4]) -> Result<Sample> {
    let cpu = |arguments: [&str; 4]| -> Result<f64> {
        Ok(Work { arguments: &arguments, per: Per::Operation }.inside(lab, App::Loops, form)?.cpu)
    };
    Ok(Sample { base: Some(cpu(base)?), vfs: cpu(vfs)?, ..Sample::default() })
}

/// A line of the guest's.
struct Timing {
    operations: u64,
    bytes: u64,
    elapsed: Duration,
}

fn timings(run: &Run) -> Result<Vec<Timing>> {
    let timing = |line: &str| {
        let [_, operations, bytes, nanoseconds] = line.split(' ').collect::<Vec<_>>()[..] else { return None };
        let elapsed = Duration::from_nanos(nanoseconds.parse().ok()?);
        Some(Timing { operations: operations.parse().ok()?, bytes: bytes.parse().ok()?, elapsed })
    };
    run.stdout.lines().map(|line| timing(line).with_context(|| format!("the guest printed `{line}`"))).collect()
}
