//! The default command.

use std::path::Path;
use std::process::ExitCode;

use crate::args::{Compose, Merged};
use crate::input;
use crate::output::{Target, progress};
use crate::plan::{self, Plan};
use crate::report::Failure;

/// The variable with a directory for the component after each phase, to look for the phase that has a fault. It is no
/// flag, so that users are not offered it.
const STAGES: &str = "VFS_COMPOSE_STAGES";

pub fn run(args: &Compose) -> Result<ExitCode, Failure> {
    let app = args
        .app
        .as_deref()
        .ok_or_else(|| Failure::usage("no app given: name a component or a preview1 module".into()))?;
    let merged = args.typed.merged(&args.joining)?;
    compose(args, app, &merged).map_err(|failure| merged.placed(failure))
}

fn compose(args: &Compose, app: &Path, merged: &Merged) -> Result<ExitCode, Failure> {
    let mut options = merged.options.clone();
    input::check_app(app, input::DIRECTORY_HINT)?;
    let default = plan::default_output(app);
    let output = args.output.output.as_deref();
    let target = Target::new(output.or(options.output.as_deref()).unwrap_or(&default))
        .map_err(|failure| merged.placed_output(failure, output.is_some()))?;
    target.check_apart(&args.typed.inputs(Some(app), &options))?;
    let plan = Plan::of_app(app, input::program, &mut options)?;
    let mut composer = target.exclude_from(plan.composer.clone()).on_progress(progress());
    if let Some(directory) = std::env::var_os(STAGES).filter(|directory| !directory.is_empty()) {
        composer = composer.emit_stages(directory);
    }
    let composed = composer.compose().map_err(|error| Failure::of_app(error, app))?;
    super::deliver(&composed, &target, &args.output)
}
