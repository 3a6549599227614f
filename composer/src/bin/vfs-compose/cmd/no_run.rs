//! `vfs-compose run` of a build without the engine: says so.

use std::process::ExitCode;

use crate::args::Run;
use crate::report::Failure;

pub fn run(_args: &Run) -> Result<ExitCode, Failure> {
    Err(Failure::new("this vfs-compose was built without an engine, so it cannot run programs")
        .hint("build it with the feature `run`, or compose the app and run the result with another engine"))
}
