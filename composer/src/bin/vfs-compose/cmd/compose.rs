//! The default command.

use std::process::ExitCode;

use crate::args::Compose;
use crate::output::Target;
use crate::plan;
use crate::report::Failure;

pub fn run(args: &Compose) -> Result<ExitCode, Failure> {
    let app = args.app.as_deref().ok_or_else(|| Failure::usage("no app is given".into()))?;
    let default = plan::default_output(app);
    let target = Target::new(args.output.output.as_deref().unwrap_or(&default))?;
    let composer = plan::joined(plan::composer(Some(app), &args.files, &args.process, &args.host)?, &args.joining);
    let composer = target.exclude_from(composer);
    super::deliver(&composer.compose()?, &target, &args.output)
}
