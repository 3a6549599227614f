//! The embedded wasmtime with the network: sockets and http as the machine has them, and what a test adds.

use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::anyhow;
use tokio::runtime::Runtime;
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Result, Store};
use wasmtime_wasi::p2::bindings::CommandPre;
use wasmtime_wasi::p2::pipe::{MemoryInputPipe, MemoryOutputPipe};
use wasmtime_wasi::p3::bindings::CommandPre as CommandPre3;
use wasmtime_wasi::{FsPerms, I32Exit, WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::host::{Invocation, Output, TRAP};
use crate::wasmtime_host::engine;

/// Instances that are not gone yet.
static LIVING: AtomicUsize = AtomicUsize::new(0);

/// What belongs to one instance.
pub struct State {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    /// Its resources, those of WASI and those of a test.
    pub table: ResourceTable,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { ctx: &mut self.http, table: &mut self.table, hooks: Default::default() }
    }
}

impl Drop for State {
    fn drop(&mut self) {
        LIVING.fetch_sub(1, Ordering::SeqCst);
    }
}

/// How many instances of this process are not gone yet.
#[must_use]
pub fn living() -> usize {
    LIVING.load(Ordering::SeqCst)
}

/// The threads on which everything of this module runs.
///
/// # Panics
/// If the machine gives no thread.
pub fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::new().expect("a machine that tests has threads"))
}

/// Everything of `wasi:cli/command` and `wasi:http/proxy`.
///
/// # Errors
/// None that a test could cause.
pub fn linker() -> Result<Linker<State>> {
    linker_on(engine())
}

/// The same for an engine of the caller's.
///
/// # Errors
/// As [`linker`].
pub fn linker_on(engine: &Engine) -> Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    Ok(linker)
}

/// The same, and everything of WASI 0.3 beside it.
///
/// # Errors
/// None that a test could cause.
pub fn linker_of_both() -> Result<Linker<State>> {
    let mut linker = linker()?;
    wasmtime_wasi::p3::add_to_linker(&mut linker)?;
    wasmtime_wasi_http::p3::add_to_linker(&mut linker)?;
    Ok(linker)
}

/// A store for one instance, with everything of the network, which sees `granted` as `/`.
///
/// # Errors
/// The directory cannot be opened.
pub fn store(
    engine: &Engine,
    invocation: &Invocation,
    granted: Option<&Path>,
    stdout: MemoryOutputPipe,
    stderr: MemoryOutputPipe,
) -> Result<Store<State>> {
    let mut wasi = WasiCtx::builder();
    wasi.arg(invocation.name.as_deref().unwrap_or("app.wasm")).args(&invocation.args);
    wasi.stdin(MemoryInputPipe::new(invocation.stdin.clone())).stdout(stdout).stderr(stderr);
    wasi.inherit_network().allow_ip_name_lookup(true).allow_tcp(true).allow_udp(true);
    for (name, value) in &invocation.env {
        wasi.env(name, value);
    }
    if let Some(directory) = granted {
        wasi.preopened_dir(directory, "/", FsPerms::ReadWrite)?;
    }
    LIVING.fetch_add(1, Ordering::SeqCst);
    Ok(Store::new(engine, State { wasi: wasi.build(), http: WasiHttpCtx::new(), table: ResourceTable::new() }))
}

/// Runs a command component to its end, with what `linker` offers.
///
/// # Errors
/// The component is not valid, needs what the linker has not, or is no command.
pub fn run(
    app: &[u8],
    invocation: &Invocation,
    granted: Option<&Path>,
    linker: &Linker<State>,
) -> anyhow::Result<Output> {
    let ended = runtime().block_on(run_to_the_end(app, invocation, granted, linker));
    ended.map_err(|error| anyhow!("wasmtime does not run it: {error:?}"))
}

async fn run_to_the_end(
    app: &[u8],
    invocation: &Invocation,
    granted: Option<&Path>,
    linker: &Linker<State>,
) -> Result<Output> {
    /// More than any test prints.
    const CAPACITY: usize = 1 << 20;
    let component = Component::new(engine(), app)?;
    let pre = CommandPre::new(linker.instantiate_pre(&component)?)?;
    let (stdout, stderr) = (MemoryOutputPipe::new(CAPACITY), MemoryOutputPipe::new(CAPACITY));
    let mut store = store(engine(), invocation, granted, stdout.clone(), stderr.clone())?;
    let ended = match pre.instantiate_async(&mut store).await {
        Ok(app) => app.wasi_cli_run().call_run(&mut store).await,
        Err(error) => Err(error),
    };
    let (exit, trap) = match ended {
        Ok(Ok(())) => (0, String::new()),
        Ok(Err(())) => (1, String::new()),
        Err(error) => match error.downcast_ref::<I32Exit>() {
            Some(I32Exit(code)) => (*code, String::new()),
            None => (TRAP, format!("{error:?}\n")),
        },
    };
    let text = |pipe: MemoryOutputPipe| String::from_utf8_lossy(&pipe.contents()).into_owned();
    Ok(Output { exit, stdout: text(stdout), stderr: text(stderr) + &trap })
}

/// What a command component of WASI 0.3 prints, with everything of both versions.
///
/// # Errors
/// The component is not valid, is no command, or fails.
pub async fn run3(app: &[u8], invocation: &Invocation, granted: Option<&Path>) -> Result<Vec<u8>> {
    /// More than any test prints.
    const CAPACITY: usize = 8 << 20;
    let component = Component::new(engine(), app)?;
    let pre = CommandPre3::new(linker_of_both()?.instantiate_pre(&component)?)?;
    let (stdout, stderr) = (MemoryOutputPipe::new(CAPACITY), MemoryOutputPipe::new(CAPACITY));
    let mut store = store(engine(), invocation, granted, stdout.clone(), stderr.clone())?;
    let app = pre.instantiate_async(&mut store).await?;
    let ended = store.run_concurrent(async |accessor| app.wasi_cli_run().call_run(accessor).await).await??;
    if ended.is_err() {
        wasmtime::bail!("{}", String::from_utf8_lossy(&stderr.contents()));
    }
    Ok(stdout.contents().to_vec())
}
