//! What every host takes and gives.

use std::collections::BTreeMap;

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
