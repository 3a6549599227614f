//! SQLite's own benchmark, in milliseconds of the whole run.

use super::{Cost, interleaved};
use crate::engine::{Program, in_engine};
use crate::lab::{App, Lab};
use crate::row::{Sample, Samples};
use crate::trees::Tree;
use anyhow::Result;
use std::path::Path;

const ON_FILE: &[&str] = &["--size", "10", "/test.db"];
const IN_MEMORY: &[&str] = &["--size", "10", "--memdb"];

/// With its database in a directory of the host's, and in each form's filesystem.
pub fn on_files(lab: &Lab, round: usize) -> Result<Samples> {
    interleaved(
        round,
        || on_host(lab),
        |form| cost(&*lab.program(&lab.composed(App::Speedtest1, Tree::Empty, form)?)?, None, ON_FILE),
    )
}

/// With its database in a directory of the host's, and in its own memory.
pub fn in_memory(lab: &Lab) -> Result<Sample> {
    let base = on_host(lab)?;
    Ok(Sample::of(base, cost(&*lab.program(&lab.bare(App::Speedtest1)?)?, None, IN_MEMORY)?))
}

fn on_host(lab: &Lab) -> Result<Cost> {
    let directory = tempfile::tempdir_in(lab.path(""))?;
    cost(&*lab.program(&lab.bare(App::Speedtest1)?)?, Some(directory.path()), ON_FILE)
}

fn cost(program: &Program, directory: Option<&Path>, arguments: &[&str]) -> Result<Cost> {
    let run = program.run(directory, arguments).map_err(in_engine)?;
    Ok(Cost { wall: run.wall.as_secs_f64() * 1e3, cpu: run.cpu.as_secs_f64() * 1e3 })
}
