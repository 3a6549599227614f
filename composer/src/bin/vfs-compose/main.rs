//! The command line: parse, call the library, report.
#![forbid(unsafe_code)]

mod args;
mod cmd;
mod manifest;
mod output;
mod plan;
mod report;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match &cli.command {
        None => cmd::compose::run(&cli.compose),
        Some(Command::Vfs(args)) => cmd::vfs::run(args),
        Some(Command::Run(args)) => cmd::run::run(args),
        Some(Command::Serve(args)) => cmd::serve::run(args),
        Some(Command::Manifest) => cmd::manifest::run(),
        Some(Command::Inspect(args)) => cmd::inspect::run(args),
        Some(Command::Image(args)) => cmd::image::run(args),
        Some(Command::Completions { shell }) => cmd::completions::run(*shell),
    };
    match done {
        Ok(code) => code,
        Err(failure) => {
            failure.print();
            if failure.is_broken_pipe() { ExitCode::SUCCESS } else { failure.exit.into() }
        }
    }
}
