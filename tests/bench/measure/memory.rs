//! Memory of a run.

use crate::child::peak_of_run;
use crate::lab::{App, Form, Lab};
use crate::row::Sample;
use crate::trees::Tree;
use anyhow::Result;

/// Peak resident memory, in MiB, of a process that reads one small file of a small image, and of a large one.
pub fn one_file(lab: &Lab) -> Result<Sample> {
    let peak = |size| -> Result<f64> {
        let wasm = lab.composed(App::Loops, Tree::OneFile(size), Form::Plugged)?;
        lab.program(&wasm)?;
        peak_of_run(&wasm.with_extension("cwasm"), &["read", "/small", "4096", "1"])
    };
    Ok(Sample { base: Some(peak(1)?), vfs: peak(256)?, ..Sample::default() })
}
