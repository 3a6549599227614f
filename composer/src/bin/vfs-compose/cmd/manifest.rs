//! `vfs-compose manifest`: prints an example manifest.

use std::process::ExitCode;

use crate::report::Failure;

pub fn run() -> Result<ExitCode, Failure> {
    super::print(vfs_compose::options::EXAMPLE)?;
    Ok(ExitCode::SUCCESS)
}
