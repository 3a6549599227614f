//! How many operators of wasm an operation takes: the same in each run, however busy the machine is.
//!
//! A byte that is copied in bulk counts as one, and the host's own work does not count. So this is not time. But a
//! change of the vfs that adds work to a call shows here exactly; times differ by more from run to run, and by where
//! the engine happens to place the code.

use super::{Cost, interleaved};
use crate::engine::in_engine;
use crate::lab::{App, Lab};
use crate::row::{Sample, Samples};
use crate::trees::Tree;
use anyhow::Result;
use std::path::Path;

/// A loop of the guest's.
pub struct Loop {
    /// The guest's arguments, without the last one, which says how often it is done.
    pub arguments: &'static [&'static str],
    /// Operations of one time.
    pub operations: u64,
}

impl Loop {
    /// Counts the app's own operators on the host directory, and those of the app and the vfs in both forms.
    pub fn sample(&self, lab: &Lab, round: usize) -> Result<Samples> {
        let bare = || self.count(lab, &lab.bare(App::Loops)?, Some(&lab.tree(Tree::Work)?));
        let Samples { plugged, linked } =
            interleaved(round, bare, |form| self.count(lab, &lab.composed(App::Loops, Tree::Work, form)?, None))?;
        let without_time = |sample| Sample { base_cpu: None, vfs_cpu: None, ..sample };
        Ok(Samples { plugged: without_time(plugged), linked: linked.map(without_time) })
    }

    /// Counts the operators of one operation: what 2,000 more of them take more, so that a start is no part of it.
    fn count(&self, lab: &Lab, wasm: &Path, directory: Option<&Path>) -> Result<Cost> {
        let program = lab.counting(wasm)?;
        let times = |times: u64| {
            let times = times.div_ceil(self.operations).to_string();
            let arguments = [self.arguments, &[&times]].concat();
            program.count(directory, &arguments).map_err(in_engine)
        };
        let (few, many) = (2_000, 4_000);
        let each = (times(many)? as f64 - times(few)? as f64) / (many - few) as f64;
        Ok(Cost { wall: each, cpu: each })
    }
}
