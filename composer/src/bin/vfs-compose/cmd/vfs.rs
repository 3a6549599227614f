//! `vfs-compose vfs`: writes the vfs alone.

use std::path::Path;
use std::process::ExitCode;

use vfs_compose::Extra;

use crate::args::{Vfs, With};
use crate::manifest;
use crate::output::Target;
use crate::plan;
use crate::report::Failure;

pub fn run(args: &Vfs) -> Result<ExitCode, Failure> {
    let said = manifest::read(args.files.manifest.as_deref())?;
    // The output in a manifest is for the whole composition, so it does not apply here.
    let target = Target::new(args.output.output.as_deref().unwrap_or(Path::new("vfs.wasm")))?;
    let mut composer =
        target.exclude_from(plan::composer(args.app.as_deref(), &said, &args.files, &args.process, &args.host)?);
    for with in &args.with {
        composer = composer.with(match with {
            With::Sockets => Extra::Sockets,
            With::Http => Extra::Http,
        });
    }
    super::deliver(&composer.vfs()?, &target, &args.output)
}
