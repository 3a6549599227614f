//! Directories of the host in the tree (`--host-dir`), on whole components: what a program sees of a mount is what it
//! sees of the host's directory itself. What differs is in `differs.toml`, with the reason.
//!
//! ```text
//! golden   cases of tests/cases, with their tree in a mount
//! ```

mod differs;
mod golden;
mod host;
mod made;

use std::process::ExitCode;

use anyhow::Result;
use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    match trials() {
        Ok(trials) => libtest_mimic::run(&arguments, trials).exit_code(),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn trials() -> Result<Vec<Trial>> {
    golden::trials()
}
