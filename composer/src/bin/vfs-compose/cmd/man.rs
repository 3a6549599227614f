//! `vfs-compose man`: the manual pages, made of the same descriptions as the help.

use std::path::Path;
use std::process::ExitCode;

use clap::{Arg, Command, CommandFactory};

use crate::args::Cli;
use crate::report::Failure;

pub fn run(directory: Option<&Path>) -> Result<ExitCode, Failure> {
    let command = describe(Cli::command());
    match directory {
        Some(directory) => {
            let failed = |error| Failure::io("cannot write to", directory, error);
            std::fs::create_dir_all(directory).map_err(failed)?;
            clap_mangen::generate_to(command, directory).map_err(failed)?;
        }
        None => {
            let mut page = Vec::new();
            let rendered = clap_mangen::Man::new(command).render(&mut page);
            rendered.map_err(|error| Failure::new("cannot make the manual page").caused_by(error))?;
            super::print(&String::from_utf8_lossy(&page))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Gives each flag a long description, since pages say nothing of those that have none and are not in the short help.
fn describe(command: Command) -> Command {
    let describe_flag = |flag: Arg| match (flag.get_long_help(), flag.get_help().cloned()) {
        (None, Some(help)) => flag.long_help(help),
        _ => flag,
    };
    command.mut_args(describe_flag).mut_subcommands(describe)
}
