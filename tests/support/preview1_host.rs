//! The preview1 of an engine, for modules as they are: wasmtime's in PyPI's package, through `hosts/preview1.py`.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::host::{self, Invocation, Output};
use crate::paths;

/// Runs a command module to its end, on a directory that is its `/`.
///
/// # Errors
/// The Python environment of `tests/setup.sh` is not there.
pub fn run(module: &Path, invocation: &Invocation, directory: &Path) -> Result<Output> {
    let python = paths::tools().join("python/bin/python");
    ensure!(python.is_file(), "no {}: run tests/setup.sh", python.display());
    let mut command = Command::new(python);
    command.arg(paths::tests().join("hosts/preview1.py")).arg(module).arg(directory);
    command.arg(serde_json::to_string(&invocation.env)?).arg(invocation.name.as_deref().unwrap_or("app.wasm"));
    command.args(&invocation.args).env_clear();
    host::output(command, &invocation.stdin)
}
