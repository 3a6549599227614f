//! `vfs-compose completions`

use std::process::ExitCode;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Cli;
use crate::report::Failure;

pub fn run(shell: Shell) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "vfs-compose", &mut script);
    let script = String::from_utf8_lossy(&script);
    // clap_complete makes `__` of the `-` in our name, and in half of the places `__subcmd__` of that.
    let script =
        if shell == Shell::Bash { script.replace("vfs__subcmd__compose", "vfs__compose") } else { script.into() };
    super::print(&script)?;
    Ok(ExitCode::SUCCESS)
}
