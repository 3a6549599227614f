//! wasmtime as its command line sets it up: default options, the asynchronous host, blocking calls on the calling thread.

use nix::time::{ClockId, clock_gettime};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use wasmtime::component::{Component, InstancePre, Linker, ResourceTable};
use wasmtime::{Config, Engine, Result, Store, format_err};
use wasmtime_wasi::p2::bindings::CommandPre;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::p3;
use wasmtime_wasi::runtime::in_tokio;
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxView, WasiView};

/// The most that a guest may print.
const STDOUT_LIMIT: usize = 1 << 20;

/// An engine and everything a command may import.
pub struct Host {
    /// The engine, for what is no command.
    pub engine: Engine,
    linker: Linker<State>,
}

/// A command, compiled, its imports resolved.
pub enum Program {
    /// It exports `wasi:cli/run` of WASI 0.2.
    P2(CommandPre<State>),
    /// It exports that of 0.3.
    P3(InstancePre<State>),
}

/// What a run was.
pub struct Run {
    /// What it printed.
    pub stdout: String,
    /// How long the call took.
    pub wall: Duration,
    /// CPU time of the process during the call, the host's worker threads included.
    pub cpu: Duration,
}

impl Host {
    /// An engine with default options.
    pub fn new() -> Result<Self> {
        Self::on(Engine::default())
    }

    /// One that counts the operators of wasm that run.
    pub fn counting() -> Result<Self> {
        Self::on(Engine::new(Config::new().consume_fuel(true))?)
    }

    fn on(engine: Engine) -> Result<Self> {
        let mut linker = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
        p3::add_to_linker(&mut linker)?;
        Ok(Self { engine, linker })
    }

    /// Compiles `wasm` beside itself and gives back the path.
    pub fn precompile(&self, wasm: &Path) -> Result<PathBuf> {
        let path = wasm.with_extension("cwasm");
        let bytes = fs::read(wasm)?;
        fs::write(&path, self.engine.precompile_component(&bytes)?)?;
        Ok(path)
    }

    /// Compiles a component and keeps it in memory.
    pub fn compile(&self, wasm: &Path) -> Result<Program> {
        self.program(&Component::from_file(&self.engine, wasm)?)
    }

    /// Loads what [`Self::precompile`] wrote. The file is mapped, not read.
    pub fn load(&self, compiled: &Path) -> Result<Program> {
        // SAFETY: the file is one that this program's own engine wrote into its own directory, and nobody changes it.
        let component = unsafe { Component::deserialize_file(&self.engine, compiled)? };
        self.program(&component)
    }

    fn program(&self, component: &Component) -> Result<Program> {
        let program = self.linker.instantiate_pre(component)?;
        // As the command line does: who exports both is of 0.3.
        if p3::bindings::CommandIndices::new(&program).is_ok() {
            return Ok(Program::P3(program));
        }
        Ok(Program::P2(CommandPre::new(program)?))
    }
}

impl Program {
    /// Runs it with `arguments` after its name, on `directory` as `/` or on no directory at all.
    pub fn run(&self, directory: Option<&Path>, arguments: &[&str]) -> Result<Run> {
        let stdout = MemoryOutputPipe::new(STDOUT_LIMIT);
        let mut store = self.store(directory, arguments, &stdout)?;
        let (wall, cpu) = in_tokio(self.call(&mut store, arguments))?;
        drop(store);
        Ok(Run { stdout: String::from_utf8(stdout.contents().into())?, wall, cpu })
    }

    /// Runs it on an engine of [`Host::counting`], and counts the operators of wasm that its `run` executes.
    pub fn count(&self, directory: Option<&Path>, arguments: &[&str]) -> Result<u64> {
        let mut store = self.store(directory, arguments, &MemoryOutputPipe::new(STDOUT_LIMIT))?;
        store.set_fuel(u64::MAX)?;
        in_tokio(self.call(&mut store, arguments))?;
        Ok(u64::MAX - store.get_fuel()?)
    }

    /// Time and CPU time of the call of its `run`.
    async fn call(&self, store: &mut Store<State>, arguments: &[&str]) -> Result<(Duration, Duration)> {
        let (result, wall, cpu) = match self {
            Self::P2(program) => {
                let command = program.instantiate_async(&mut *store).await?;
                timed(async || command.wasi_cli_run().call_run(store).await).await?
            }
            Self::P3(program) => {
                let instance = program.instantiate_async(&mut *store).await?;
                let command = p3::bindings::Command::new(&mut *store, &instance)?;
                let run =
                    async || store.run_concurrent(async |store| command.wasi_cli_run().call_run(store).await).await?;
                timed(run).await?
            }
        };
        result.map_err(|()| format_err!("`{}` failed", arguments.join(" ")))?;
        Ok((wall, cpu))
    }

    /// How long one instantiation takes.
    pub fn instantiate(&self) -> Result<Duration> {
        let mut store = self.store(None, &[], &MemoryOutputPipe::new(0))?;
        in_tokio(async {
            let start = Instant::now();
            match self {
                Self::P2(program) => program.instantiate_async(&mut store).await.map(|_| ())?,
                Self::P3(program) => program.instantiate_async(&mut store).await.map(|_| ())?,
            }
            Ok(start.elapsed())
        })
    }

    fn store(&self, directory: Option<&Path>, arguments: &[&str], stdout: &MemoryOutputPipe) -> Result<Store<State>> {
        let mut wasi = WasiCtx::builder();
        wasi.allow_blocking_current_thread(true).arg("guest").args(arguments).stdout(stdout.clone()).inherit_stderr();
        if let Some(directory) = directory {
            wasi.preopened_dir(directory, "/", FsPerms::ReadWrite)?;
        }
        let engine = match self {
            Self::P2(program) => program.engine(),
            Self::P3(program) => program.engine(),
        };
        Ok(Store::new(engine, State { wasi: wasi.build(), table: ResourceTable::new() }))
    }
}

/// What a call gives back, its time and its CPU time.
async fn timed<T>(call: impl AsyncFnOnce() -> Result<T>) -> Result<(T, Duration, Duration)> {
    let (start, cpu_before) = (Instant::now(), cpu_time()?);
    let result = call().await?;
    Ok((result, start.elapsed(), cpu_time()? - cpu_before))
}

/// The engine's error as everything else here has it.
pub fn in_engine(error: wasmtime::Error) -> anyhow::Error {
    anyhow::anyhow!("{error:?}")
}

/// User and system time of the whole process so far.
pub fn cpu_time() -> nix::Result<Duration> {
    Ok(clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID)?.into())
}

/// What a store holds.
pub struct State {
    wasi: WasiCtx,
    table: ResourceTable,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}
