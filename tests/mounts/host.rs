//! The embedded wasmtime with directories of the host, each under a name.

use anyhow::{Result, anyhow};
pub use vfs_tests::host::Given;
use vfs_tests::host::{Invocation, Output};
use vfs_tests::wasmtime_host::{self, Prepared};
use wasmtime_wasi::p2::pipe::MemoryInputPipe;
use wasmtime_wasi::{FsPerms, WasiCtx};

/// Runs a component to its end.
///
/// # Errors
/// It is not valid, or a directory cannot be opened.
pub fn run(app: &[u8], invocation: &Invocation, given: &[Given]) -> Result<Output> {
    run_prepared(&Prepared::new(app)?, invocation, given)
}

/// Runs a component that was compiled.
///
/// # Errors
/// A directory cannot be opened.
pub fn run_prepared(app: &Prepared, invocation: &Invocation, given: &[Given]) -> Result<Output> {
    Ok(run_and_measure(app, invocation, given)?.0)
}

/// The same, with the bytes that all memories of the component have at the end. They never become less.
///
/// # Errors
/// A directory cannot be opened.
pub fn run_and_measure(app: &Prepared, invocation: &Invocation, given: &[Given]) -> Result<(Output, usize)> {
    let (stdout, stderr) = wasmtime_host::pipes();
    let mut wasi = WasiCtx::builder();
    wasi.arg(invocation.name.as_deref().unwrap_or("app.wasm")).args(&invocation.args);
    wasi.stdin(MemoryInputPipe::new(invocation.stdin.clone())).stdout(stdout.clone()).stderr(stderr.clone());
    for (name, value) in &invocation.env {
        wasi.env(name, value);
    }
    for Given { name, path } in given {
        wasi.preopened_dir(path, name, FsPerms::ReadWrite).map_err(|error| anyhow!("{error:?}"))?;
    }
    app.run_in(wasi.build(), (stdout, stderr))
}
