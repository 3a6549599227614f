//! `vfs-compose run` and `serve` of a build without the engine: says so.

use std::process::ExitCode;

use crate::report::Failure;

pub fn run<Args>(_args: &Args) -> Result<ExitCode, Failure> {
    Err(Failure::new("this vfs-compose was built without an engine, so it cannot run programs")
        .hint("build it with the feature `run`, or compose the app and run the result with another engine"))
}
