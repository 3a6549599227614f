//! What a start costs.

use super::guest::{Per, Work};
use crate::engine::{Program, in_engine};
use crate::lab::{App, Form, Lab};
use crate::row::{Sample, Samples, median};
use crate::trees::Tree;
use anyhow::Result;

/// Instantiations in one sample.
const INSTANTIATIONS: usize = 40;

/// First calls in one sample.
const FIRST_CALLS: usize = 10;

/// The first filesystem call of a run, in microseconds.
pub fn first_call(lab: &Lab, round: usize) -> Result<Samples> {
    let work = Work { arguments: &["first", "/d1000/f00500"], per: Per::Operation };
    let runs: Vec<Samples> =
        (round..round + FIRST_CALLS).map(|round| work.sample(lab, round)).collect::<Result<_>>()?;
    let of = |side: fn(&Samples) -> Option<f64>| median(runs.iter().filter_map(side).map(|ns| ns / 1e3).collect());
    let base = of(|s| s.plugged.base);
    let sample = |vfs: Option<f64>| Sample { base, vfs: vfs.unwrap_or(f64::NAN), ..Sample::default() };
    let linked = of(|s| s.linked.map(|s| s.vfs));
    Ok(Samples { plugged: sample(of(|s| Some(s.plugged.vfs))), linked: Some(sample(linked)) })
}

/// Microseconds to instantiate the bare app, and the same with an image of 1 MiB inside.
pub fn instantiate_over_bare(lab: &Lab, form: Form) -> Result<Sample> {
    let bare = lab.program(&lab.bare(App::Loops)?)?;
    let composed = lab.program(&lab.composed(App::Loops, Tree::OneFile(1), form)?)?;
    instantiate(&bare, &composed)
}

/// Microseconds to instantiate an app with an image of 1 MiB and with one of 256 MiB.
pub fn instantiate_by_image_size(lab: &Lab, form: Form) -> Result<Sample> {
    let small = lab.program(&lab.composed(App::Loops, Tree::OneFile(1), form)?)?;
    let large = lab.program(&lab.composed(App::Loops, Tree::OneFile(256), form)?)?;
    instantiate(&small, &large)
}

/// Microseconds to instantiate a preview1 module with a tree inside, linked: made a component by the published adapter
/// first, and as it is.
pub fn instantiate_preview1(lab: &Lab, published: App, module: App, tree: Tree) -> Result<Sample> {
    let published = lab.program(&lab.composed(published, tree, Form::Linked)?)?;
    let linked = lab.program(&lab.composed(module, tree, Form::Linked)?)?;
    instantiate(&published, &linked)
}

/// Microseconds to instantiate a preview1 module alone: made a component by the published adapter, and by `vfs-compose adapt`.
pub fn instantiate_adapted(lab: &Lab, published: App, adapted: App) -> Result<Sample> {
    let [published, adapted] = [lab.program(&lab.app(published)?)?, lab.program(&lab.app(adapted)?)?];
    instantiate(&published, &adapted)
}

/// Nanoseconds of CPU time of a loop that calls nothing, in a preview1 module: made a component by the published adapter
/// first, and as it is. Both linked. CPU time, as two runs of the same code differ by more in wall time.
pub fn compute_preview1(lab: &Lab) -> Result<Sample> {
    let work = Work { arguments: &["compute", "20"], per: Per::Operation };
    let cpu = |app| -> Result<f64> { Ok(work.inside(lab, app, Form::Linked)?.cpu) };
    Ok(Sample { base: Some(cpu(App::LoopsPublished)?), vfs: cpu(App::LoopsOfPreview1)?, ..Sample::default() })
}

fn instantiate(base: &Program, vfs: &Program) -> Result<Sample> {
    let (mut of_base, mut of_vfs) = (Vec::new(), Vec::new());
    for _ in 0..INSTANTIATIONS {
        of_base.push(microseconds(base)?);
        of_vfs.push(microseconds(vfs)?);
    }
    Ok(Sample { base: median(of_base), vfs: median(of_vfs).unwrap_or(f64::NAN), ..Sample::default() })
}

fn microseconds(program: &Program) -> Result<f64> {
    Ok(program.instantiate().map_err(in_engine)?.as_nanos() as f64 / 1e3)
}
