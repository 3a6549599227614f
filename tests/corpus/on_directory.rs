//! A program on a directory of the host, which it sees as `/`: what it does there is what it must do composed.

use std::fs;
use std::path::Path;

use anyhow::Result;
use vfs_tests::host::{Invocation, Output};
use vfs_tests::preview1_host;
use vfs_tests::wasmtime_host::{self, Granted};

/// Runs a component on wasmtime, and a module on the engine's own preview1.
///
/// # Errors
/// It does not start.
pub fn run(app: &Path, invocation: &Invocation, root: &Path) -> Result<Output> {
    let bytes = fs::read(app)?;
    if wasmparser::Parser::is_component(&bytes) {
        wasmtime_host::run(&bytes, invocation, Granted::ReadWrite(root))
    } else {
        preview1_host::run(app, invocation, root)
    }
}
