//! `vfs-compose vfs`: the vfs alone.

use std::path::Path;
use std::process::ExitCode;

use crate::args::Vfs;
use crate::output::Target;
use crate::plan;
use crate::report::Failure;

pub fn run(args: &Vfs) -> Result<ExitCode, Failure> {
    let target = Target::new(args.output.output.as_deref().unwrap_or(Path::new("vfs.wasm")))?;
    let composer = target.exclude_from(plan::composer(args.app.as_deref(), &args.files, &args.process, &args.host)?);
    super::deliver(&composer.vfs()?, &target, &args.output)
}
