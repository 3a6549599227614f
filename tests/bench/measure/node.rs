//! The guest's loops on Node, and new instances there.

use super::guest::Work;
use super::{Cost, interleaved};
use crate::lab::{App, Lab};
use crate::row::Samples;
use crate::trees::Tree;
use anyhow::{Result, ensure};
use std::path::Path;
use std::time::Duration;

/// A loop, and how much of it each side does.
///
/// V8 compiles again, and better, what runs often. So the composed side, which takes far less time for one, does more of them:
/// what is compared is how fast the code is, not how soon.
pub struct Loop {
    /// On the shim's host directory.
    pub on_host: Work<'static>,
    /// Composed.
    pub inside: Work<'static>,
}

impl Loop {
    /// Once on the shim's host directory, once in each form.
    pub fn sample(&self, lab: &Lab, round: usize) -> Result<Samples> {
        let tree = lab.tree(Tree::Work)?;
        interleaved(
            round,
            || run(lab, &self.on_host, &lab.bare(App::Loops)?, Some(&tree)),
            |form| run(lab, &self.inside, &lab.composed(App::Loops, Tree::Work, form)?, None),
        )
    }
}

fn run(lab: &Lab, work: &Work<'_>, wasm: &Path, directory: Option<&Path>) -> Result<Cost> {
    let app = lab.transpiled(wasm)?;
    work.cost(&lab.node()?.run(&app, directory, work.arguments)?)
}

/// Instances of one sample.
const INSTANCES: usize = 50;

/// Microseconds for an instance that reads a small file and is dropped.
pub fn instance(lab: &Lab, round: usize) -> Result<Samples> {
    let each = |wasm: &Path, directory: Option<&Path>| -> Result<Cost> {
        let run = lab.node()?.instances(&*lab.transpiled(wasm)?, directory, INSTANCES, &["/small"])?;
        ensure!(run.stdout == "100 bytes\n".repeat(2 * INSTANCES), "the app printed {}", run.stdout);
        let each = |time: Duration| time.as_secs_f64() * 1e6 / INSTANCES as f64;
        Ok(Cost { wall: each(run.wall), cpu: each(run.cpu) })
    };
    let tree = lab.tree(Tree::Tiny)?;
    interleaved(
        round,
        || each(&lab.bare(App::Reader)?, Some(&tree)),
        |form| each(&lab.composed(App::Reader, Tree::Tiny, form)?, None),
    )
}
