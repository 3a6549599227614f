//! The guest's loops, timed from inside.

use crate::engine::{Program, Run, in_engine};
use crate::lab::{App, Form, Lab};
use crate::row::{Sample, Samples};
use crate::trees::Tree;
use anyhow::{Context, Result};
use std::path::Path;
use std::time::Duration;

/// A loop and what one of it is.
pub struct Work {
    /// The guest's arguments.
    pub arguments: &'static [&'static str],
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

/// Nanoseconds for one of what was counted.
#[derive(Clone, Copy)]
pub struct Cost {
    /// By the guest's own clock.
    pub wall: f64,
    /// CPU time of the process.
    pub cpu: f64,
}

impl Work {
    /// Once on the host directory, once in each form.
    pub fn sample(&self, lab: &Lab, round: usize) -> Result<Samples> {
        let sides = || -> Result<_> { Ok((self.inside(lab, Form::Plugged)?, self.inside(lab, Form::Linked)?)) };
        let (base, (plugged, linked)) = if round.is_multiple_of(2) {
            let base = self.on_host(lab)?;
            (base, sides()?)
        } else {
            let sides = sides()?;
            (self.on_host(lab)?, sides)
        };
        let sample = |vfs: Cost| Sample {
            base: Some(base.wall),
            vfs: vfs.wall,
            base_cpu: Some(base.cpu),
            vfs_cpu: Some(vfs.cpu),
        };
        Ok(Samples { plugged: sample(plugged), linked: Some(sample(linked)) })
    }

    fn on_host(&self, lab: &Lab) -> Result<Cost> {
        self.run(&*lab.program(&lab.app(App::Loops)?)?, Some(&lab.tree(Tree::Work)?))
    }

    /// Once composed.
    pub fn inside(&self, lab: &Lab, form: Form) -> Result<Cost> {
        self.run(&*lab.program(&lab.composed(App::Loops, Tree::Work, form)?)?, None)
    }

    fn run(&self, program: &Program, directory: Option<&Path>) -> Result<Cost> {
        let run = program.run(directory, self.arguments).map_err(in_engine)?;
        let timings = timings(&run)?;
        let first = timings.first().context("the guest printed no timing")?;
        let count = match self.per {
            Per::Operation => first.operations,
            Per::Byte => timings.iter().map(|t| t.bytes).sum(),
        };
        let wall: Duration = timings.iter().map(|t| t.elapsed).sum();
        Ok(Cost { wall: wall.as_nanos() as f64 / count as f64, cpu: run.cpu.as_nanos() as f64 / count as f64 })
    }
}

/// CPU time of `stat` composed, in a directory of 100 entries and in one of 20,000.
pub fn lookups_by_directory_size(lab: &Lab) -> Result<Sample> {
    let stat = |arguments| Work { arguments, per: Per::Operation }.inside(lab, Form::Plugged);
    let small = stat(&["stat", "/d100", "100", "100000"])?;
    let large = stat(&["stat", "/d20000", "20000", "100000"])?;
    Ok(Sample { base: Some(small.cpu), vfs: large.cpu, ..Sample::default() })
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
