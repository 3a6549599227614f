//! What must be a process of its own, because it is the memory of a process that is measured.

use crate::engine::{Host, in_engine};
use anyhow::{Context, Result, ensure};
use clap::Subcommand;
use nix::sys::resource::{UsageWho, getrusage};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The subcommands with which this program calls itself. Each prints a number of KiB.
#[derive(Subcommand)]
pub enum Child {
    /// Runs a compiled component; prints its own peak
    #[command(hide = true)]
    ChildRun { compiled: PathBuf, arguments: Vec<String> },
    /// Runs a program; prints that program's peak
    #[command(hide = true)]
    ChildSpawn {
        program: PathBuf,
        #[arg(allow_hyphen_values = true, trailing_var_arg = true)]
        arguments: Vec<String>,
    },
}

impl Child {
    /// Does it, and prints the most memory that was resident at once.
    pub fn run(&self) -> Result<()> {
        match self {
            Self::ChildRun { compiled, arguments } => {
                let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
                let run = |host: Host| host.load(compiled)?.run(None, &arguments);
                Host::new().and_then(run).map_err(in_engine)?;
                // Not from `getrusage`: that begins with what this process's parent had resident when it forked.
                println!("{}", peak_of_this_process()?);
            }
            Self::ChildSpawn { program, arguments } => {
                let status = Command::new(program).args(arguments).stdout(Stdio::null()).status()?;
                ensure!(status.success(), "{} failed", program.display());
                println!("{}", getrusage(UsageWho::RUSAGE_CHILDREN)?.max_rss());
            }
        }
        Ok(())
    }
}

fn peak_of_this_process() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM in /proc/self/status")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

/// Peak memory in MiB of a process that loads a compiled component and runs it.
pub fn peak_of_run(compiled: &Path, arguments: &[&str]) -> Result<f64> {
    let mut child = this_program("child-run")?;
    child.arg(compiled).args(arguments);
    peak(child)
}

/// Peak memory in MiB of the process that `command` is.
pub fn peak_of(command: &Command) -> Result<f64> {
    let mut child = this_program("child-spawn")?;
    child.arg(command.get_program()).args(command.get_args());
    peak(child)
}

fn this_program(subcommand: &str) -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(subcommand).stderr(Stdio::inherit());
    Ok(command)
}

fn peak(mut command: Command) -> Result<f64> {
    let output = command.output()?;
    ensure!(output.status.success(), "a child process failed");
    let kib: f64 = String::from_utf8(output.stdout)?.trim().parse().context("a child process did not say its peak")?;
    Ok(kib / 1024.0)
}
