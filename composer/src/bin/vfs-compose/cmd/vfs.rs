//! `vfs-compose vfs`: writes the vfs alone.

use std::path::Path;
use std::process::ExitCode;

use vfs_compose::Extra;
use vfs_compose::options::Joining;

use crate::args::{Merged, Vfs, With};
use crate::output::{Target, progress};
use crate::plan::Plan;
use crate::report::Failure;

pub fn run(args: &Vfs) -> Result<ExitCode, Failure> {
    let merged = args.typed.merged(&Joining::default())?;
    make(args, &merged).map_err(|failure| merged.placed(failure))
}

fn make(args: &Vfs, merged: &Merged) -> Result<ExitCode, Failure> {
    let mut options = merged.options.clone();
    // The output in a manifest is for the whole composition, so it does not apply here.
    let target = Target::new(args.output.output.as_deref().unwrap_or(Path::new("vfs.wasm")))?;
    target.check_apart(&args.typed.inputs(args.app.as_deref(), &options))?;
    let plan = Plan::of_vfs(args.app.as_deref(), &mut options)?;
    let mut composer = target.exclude_from(plan.composer.clone());
    for with in &args.with {
        composer = composer.with(match with {
            With::Sockets => Extra::Sockets,
            With::Http => Extra::Http,
        });
    }
    composer = composer.on_progress(progress());
    let vfs = composer.vfs().map_err(|error| match args.app.as_deref() {
        Some(app) => Failure::of_app(error, app),
        None => error.into(),
    })?;
    super::deliver(&vfs, &target, &args.output)
}
