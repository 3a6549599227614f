//! A newer wasmtime, in PyPI's package, through `hosts/wasmtime50.py`.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::host::{self, Given, Invocation, Output};
use crate::paths;

/// Runs a command component to its end, without any directory.
///
/// # Errors
/// The Python environment of `tests/setup.sh` is not there.
pub fn run(app: &Path, invocation: &Invocation) -> Result<Output> {
    run_with(app, invocation, &[])
}

/// The same with directories.
///
/// # Errors
/// The Python environment of `tests/setup.sh` is not there.
pub fn run_with(app: &Path, invocation: &Invocation, given: &[Given]) -> Result<Output> {
    let python = paths::tools().join("python/bin/python");
    ensure!(python.is_file(), "no {}: run tests/setup.sh", python.display());
    let mut command = Command::new(python);
    command.arg(paths::tests().join("hosts/wasmtime50.py")).arg(app).arg(serde_json::to_string(&invocation.env)?);
    let directories: Vec<_> = given.iter().map(|Given { name, path }| (path, name)).collect();
    command.arg(serde_json::to_string(&directories)?);
    command.arg(invocation.name.as_deref().unwrap_or("app.wasm")).args(&invocation.args).env_clear();
    host::output(command, &invocation.stdin)
}
