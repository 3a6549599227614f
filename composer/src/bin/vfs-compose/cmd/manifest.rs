//! `vfs-compose manifest`: an example of one.

use std::process::ExitCode;

use crate::report::Failure;

pub fn run() -> Result<ExitCode, Failure> {
    super::print(vfs_compose::manifest::EXAMPLE)?;
    Ok(ExitCode::SUCCESS)
}
