//! The embedded wasmtime, with everything of `wasi:cli` and at most one directory.

mod concurrent;
mod functions;

use std::path::Path;
use std::sync::{Arc, OnceLock};

use anyhow::anyhow;
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Cache, Config, Engine, ResourceLimiter, Result, Store};
use wasmtime_wasi::p2::bindings::sync::CommandPre;
use wasmtime_wasi::p2::pipe::{MemoryInputPipe, MemoryOutputPipe};
use wasmtime_wasi::{FsPerms, I32Exit, WasiCtx, WasiCtxView, WasiView};

use self::functions::Functions;
use crate::host::{Invocation, Output, TRAP};

/// The directory of the host that a program sees, as `/`.
#[derive(Clone, Copy, Debug)]
pub enum Granted<'a> {
    /// None at all.
    Nothing,
    /// It may change what is in it.
    ReadWrite(&'a Path),
    /// It may only look.
    ReadOnly(&'a Path),
    /// It may change what is in it, and the directory has this name instead of `/`.
    Named(&'a str, &'a Path),
}

/// What belongs to one run.
pub struct State {
    wasi: WasiCtx,
    table: ResourceTable,
    memory: Memory,
}

/// Bytes of all memories of a run.
#[derive(Clone, Copy, Debug)]
struct Memory {
    held: usize,
    most: usize,
}

impl Memory {
    const UNLIMITED: Self = Self { held: 0, most: usize::MAX };
}

impl ResourceLimiter for Memory {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> Result<bool> {
        let held = self.held - current + desired;
        if held <= self.most {
            self.held = held;
        }
        Ok(held <= self.most)
    }

    fn table_growing(&mut self, _current: usize, _desired: usize, _maximum: Option<usize>) -> Result<bool> {
        Ok(true)
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

/// The one engine of this process. It keeps compiled components in the user's cache, and their functions in this process:
/// components that differ only in their files are compiled three times as fast.
pub fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let mut config = Config::new();
        config.cache(Cache::from_file(None).ok()).wasm_component_model_async(true);
        let keeps = config.enable_incremental_compilation(Arc::new(Functions::default()));
        keeps.expect("it is always possible where functions are compiled here");
        Engine::new(&config).expect("the default configuration is valid")
    })
}

/// Everything of `wasi:cli/command` of 0.2, at any version that this wasmtime knows.
///
/// # Errors
/// None that a test could cause.
pub fn linker() -> Result<Linker<State>> {
    let mut linker = Linker::new(engine());
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
    Ok(linker)
}

/// A store for one run whose output goes to the pipes.
///
/// # Errors
/// The granted directory cannot be opened.
pub fn store(
    invocation: &Invocation,
    granted: Granted<'_>,
    stdout: MemoryOutputPipe,
    stderr: MemoryOutputPipe,
) -> Result<Store<State>> {
    let mut wasi = WasiCtx::builder();
    wasi.arg(invocation.name.as_deref().unwrap_or("app.wasm"))
        .args(&invocation.args)
        .stdin(MemoryInputPipe::new(invocation.stdin.clone()));
    wasi.stdout(stdout).stderr(stderr);
    for (name, value) in &invocation.env {
        wasi.env(name, value);
    }
    match granted {
        Granted::Nothing => {}
        Granted::ReadWrite(path) => drop(wasi.preopened_dir(path, "/", FsPerms::ReadWrite)?),
        Granted::ReadOnly(path) => drop(wasi.preopened_dir(path, "/", FsPerms::ReadOnly)?),
        Granted::Named(name, path) => drop(wasi.preopened_dir(path, name, FsPerms::ReadWrite)?),
    }
    Ok(store_in(wasi.build()))
}

/// A store for one run in a context.
#[must_use]
pub fn store_in(wasi: WasiCtx) -> Store<State> {
    Store::new(engine(), State { wasi, table: ResourceTable::new(), memory: Memory::UNLIMITED })
}

/// Runs a command component to its end.
///
/// # Errors
/// The component is not valid, needs what the linker has not, or is no command.
pub fn run(app: &[u8], invocation: &Invocation, granted: Granted<'_>) -> anyhow::Result<Output> {
    Prepared::new(app)?.run(invocation, granted)
}

/// A command component that was compiled, to be run any number of times.
pub struct Prepared(Command);

/// By the `wasi:cli/run` that it exports.
enum Command {
    Of02(CommandPre<State>),
    Of03(concurrent::Command),
}

impl Command {
    fn new(component: &Component) -> Result<Self> {
        if concurrent::is_command(component) {
            return concurrent::Command::new(component).map(Self::Of03);
        }
        CommandPre::new(linker()?.instantiate_pre(component)?).map(Self::Of02)
    }
}

impl Prepared {
    /// Compiles a command component, of WASI 0.2 or 0.3.
    ///
    /// # Errors
    /// The component is not valid, needs what the linker has not, or is no command.
    pub fn new(app: &[u8]) -> anyhow::Result<Self> {
        let prepare = || Command::new(&Component::new(engine(), app)?);
        prepare().map(Self).map_err(told)
    }

    /// Runs it to its end, from the beginning.
    ///
    /// # Errors
    /// The granted directory cannot be opened.
    pub fn run(&self, invocation: &Invocation, granted: Granted<'_>) -> anyhow::Result<Output> {
        self.run_to_the_end(invocation, granted, usize::MAX).map(|(output, _)| output).map_err(told)
    }

    /// The same without any directory, with so many bytes for all memories of the component together. Gives the bytes that they have
    /// at the end, too.
    ///
    /// # Errors
    /// The component needs more to begin with.
    pub fn run_in_memory(&self, invocation: &Invocation, most: usize) -> anyhow::Result<(Output, usize)> {
        self.run_to_the_end(invocation, Granted::Nothing, most).map_err(told)
    }

    /// The same in a context whose output goes to `pipes`. Gives the bytes of all memories at the end, too.
    ///
    /// # Errors
    /// None that a test could cause.
    pub fn run_in(
        &self,
        wasi: WasiCtx,
        pipes: (MemoryOutputPipe, MemoryOutputPipe),
    ) -> anyhow::Result<(Output, usize)> {
        self.ended(store_in(wasi), pipes).map_err(told)
    }

    /// The same on a host that has at most so many descriptors and streams at a time.
    ///
    /// # Errors
    /// None that a test could cause.
    pub fn run_with_handles(
        &self,
        wasi: WasiCtx,
        pipes: (MemoryOutputPipe, MemoryOutputPipe),
        most: usize,
    ) -> anyhow::Result<Output> {
        let mut store = store_in(wasi);
        store.data_mut().table.set_max_capacity(most);
        self.ended(store, pipes).map(|(output, _)| output).map_err(told)
    }

    fn run_to_the_end(&self, invocation: &Invocation, granted: Granted<'_>, most: usize) -> Result<(Output, usize)> {
        let (stdout, stderr) = pipes();
        let mut store = store(invocation, granted, stdout.clone(), stderr.clone())?;
        store.data_mut().memory.most = most;
        self.ended(store, (stdout, stderr))
    }

    fn ended(
        &self,
        mut store: Store<State>,
        (stdout, stderr): (MemoryOutputPipe, MemoryOutputPipe),
    ) -> Result<(Output, usize)> {
        store.limiter(|state| &mut state.memory);
        let (result, held) = match &self.0 {
            Command::Of02(command) => {
                let result = command.instantiate(&mut store).and_then(|app| app.wasi_cli_run().call_run(&mut store));
                (result, store.data().memory.held)
            }
            Command::Of03(command) => command.run(store),
        };
        let (exit, trap) = match result {
            Ok(Ok(())) => (0, String::new()),
            Ok(Err(())) => (1, String::new()),
            Err(error) => match error.downcast_ref::<I32Exit>() {
                Some(I32Exit(code)) => (*code, String::new()),
                None => (TRAP, format!("{error:?}\n")),
            },
        };
        let text = |pipe: MemoryOutputPipe| String::from_utf8_lossy(&pipe.contents()).into_owned();
        let output = Output { exit, stdout: text(stdout), stderr: text(stderr) + &trap };
        Ok((output, held))
    }
}

/// Standard output and standard error, with room for more than any test prints.
#[must_use]
pub fn pipes() -> (MemoryOutputPipe, MemoryOutputPipe) {
    const CAPACITY: usize = 64 << 20;
    (MemoryOutputPipe::new(CAPACITY), MemoryOutputPipe::new(CAPACITY))
}

fn told(error: wasmtime::Error) -> anyhow::Error {
    anyhow!("wasmtime does not run it: {error:?}")
}
