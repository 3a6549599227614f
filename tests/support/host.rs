//! What every host takes and gives.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

/// What a program is started with.
#[derive(Clone, Debug, Default)]
pub struct Invocation {
    /// The program's own name, its first argument: `app.wasm` where nothing is said. (Node says the name of the file.)
    pub name: Option<String>,
    /// Arguments after the program's own name.
    pub args: Vec<String>,
    /// The whole environment.
    pub env: BTreeMap<String, String>,
    /// All of standard input.
    pub stdin: String,
}

impl Invocation {
    /// Arguments alone.
    pub fn with_args<S: Into<String>>(args: impl IntoIterator<Item = S>) -> Self {
        Self { args: args.into_iter().map(Into::into).collect(), ..Self::default() }
    }
}

/// A directory that a host gives, always for reading and writing: what a mount allows is the vfs's to keep.
#[derive(Clone, Debug)]
pub struct Given {
    /// The name under which it gives it.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
}

impl Given {
    /// A directory under a name.
    pub fn new(name: &str, path: impl AsRef<Path>) -> Self {
        Self { name: name.to_owned(), path: path.as_ref().to_owned() }
    }
}

/// What a program left behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Its exit code; [`TRAP`] for a trap.
    pub exit: i32,
    /// All of standard output.
    pub stdout: String,
    /// All of standard error, and after it what the host had to say of a trap.
    pub stderr: String,
}

/// The exit code that stands for a trap, as a shell shows an abort.
pub const TRAP: i32 = 134;

/// Runs a host that is a program of its own to its end.
///
/// # Errors
/// It does not start.
pub fn output(mut command: Command, stdin: &str) -> Result<Output> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().with_context(|| format!("{:?} does not start", command.get_program()))?;
    let mut pipe = child.stdin.take().expect("stdin is piped");
    let text = stdin.to_owned();
    // A program that does not read its input closes the pipe; that is not our error.
    let writer = std::thread::spawn(move || drop(pipe.write_all(text.as_bytes())));
    let output = child.wait_with_output()?;
    drop(writer.join());
    Ok(Output {
        exit: output.status.code().unwrap_or(TRAP),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}
