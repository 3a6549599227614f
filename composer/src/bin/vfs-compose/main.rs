//! The command line: parse, call the library, report.
#![forbid(unsafe_code)]
// They panic where nobody reads; `report::print` does not.
#![deny(clippy::print_stderr, clippy::print_stdout)]

mod args;
mod cmd;
mod input;
mod json;
mod output;
mod plan;
mod report;
mod usage;

use std::process::ExitCode;

use args::{Cli, Command};
use report::Failure;

fn main() -> ExitCode {
    #[cfg(unix)]
    output::survive_file_limit();
    let words: Vec<_> = std::env::args_os().collect();
    report::choose_colors(usage::color(&words));
    let done = usage::parse(&words).and_then(|cli| {
        report::choose_words(cli.talk.quiet, cli.talk.verbose);
        run(&cli)
    });
    match done {
        Ok(code) => code,
        Err(failure) => {
            failure.print();
            #[cfg(unix)]
            if failure.is_broken_pipe() && failure.exit != 0 {
                output::end_by_broken_pipe();
            }
            failure.exit.into()
        }
    }
}

fn run(cli: &Cli) -> Result<ExitCode, Failure> {
    match &cli.command {
        None => cmd::compose::run(&cli.compose),
        Some(Command::Compose(args)) => cmd::compose::run(args),
        Some(Command::Vfs(args)) => cmd::vfs::run(args),
        Some(Command::Adapt(args)) => cmd::adapt::run(args),
        Some(Command::Run(args)) => cmd::run::run(args),
        Some(Command::Serve(args)) => cmd::serve::run(args),
        Some(Command::Manifest { json }) => cmd::manifest::run(*json),
        Some(Command::Inspect(args)) => cmd::inspect::run(args),
        Some(Command::Image(args)) => cmd::image::run(args),
        Some(Command::Completions { shell }) => cmd::completions::run(*shell),
        Some(Command::Man { directory }) => cmd::man::run(directory.as_deref()),
    }
}
