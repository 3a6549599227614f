//! A newer wasmtime, in PyPI's package, through `hosts/wasmtime50.py`. No directory is ever granted.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::host::{self, Invocation, Output};
use crate::paths;

/// Runs a command component to its end.
///
/// # Errors
/// The Python environment of `tests/setup.sh` is not there.
pub fn run(app: &Path, invocation: &Invocation) -> Result<Output> {
    let python = paths::tools().join("python/bin/python");
    ensure!(python.is_file(), "no {}: run tests/setup.sh", python.display());
    let mut command = Command::new(python);
    command.arg(paths::tests().join("hosts/wasmtime50.py")).arg(app).arg(serde_json::to_string(&invocation.env)?);
    command.arg(invocation.name.as_deref().unwrap_or("app.wasm")).args(&invocation.args).env_clear();
    host::output(command, &invocation.stdin)
}
