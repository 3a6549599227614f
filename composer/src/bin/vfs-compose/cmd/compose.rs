//! The default command.

use std::process::ExitCode;

use crate::args::Compose;
use crate::manifest;
use crate::output::Target;
use crate::plan;
use crate::report::Failure;

pub fn run(args: &Compose) -> Result<ExitCode, Failure> {
    let app = args
        .app
        .as_deref()
        .ok_or_else(|| Failure::usage("no app given: name a component or a preview1 module".into()))?;
    let said = manifest::read(args.files.manifest.as_deref())?;
    let default = plan::default_output(app);
    let target = Target::new(args.output.output.as_deref().or(said.output.as_deref()).unwrap_or(&default))?;
    let composer = plan::composer(Some(app), &said, &args.files, &args.process, &args.host)?;
    let composer = plan::joined(composer, &said, &args.joining, &args.host);
    let composer = target.exclude_from(composer);
    super::deliver(&composer.compose()?, &target, &args.output)
}
