//! The embedded engine, with what `wasmtime run` offers a command.

use std::sync::mpsc;
use std::time::Duration;

use wasmtime::component::{Component, InstancePre, Linker, ResourceTable};
use wasmtime::{Cache, Config, Engine, ResourceLimiter, Store};
use wasmtime_wasi::p2::bindings::CommandPre;
use wasmtime_wasi::p3;
use wasmtime_wasi::runtime::in_tokio;
use wasmtime_wasi::{I32Exit, WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

/// What a program gets, and how far it may go.
pub struct Offer {
    pub wasi: WasiCtx,
    /// Whether it may send http requests.
    pub http: bool,
    /// The time after which [`execute`] calls its last argument.
    pub timeout: Option<Duration>,
    /// The most bytes of memory that it may have.
    pub max_memory: Option<u64>,
}

/// Why there is no exit code.
pub enum Stopped {
    /// The program never ran.
    NotBegun(wasmtime::Error),
    /// It exports no `wasi:cli/run`.
    NoCommand,
    /// It trapped.
    Trapped(wasmtime::Error),
    /// It wanted more memory than it may have.
    OutOfMemory,
}

struct State {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
    memory: Memory,
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

/// The memory of all instances together.
struct Memory {
    used: u64,
    limit: u64,
    /// What the last growth added, which may still fail.
    added: u64,
    is_exceeded: bool,
}

impl Memory {
    fn grow(&mut self, bytes: u64) -> wasmtime::Result<bool> {
        if self.used.saturating_add(bytes) > self.limit {
            self.is_exceeded = true;
            return Err(wasmtime::format_err!("the limit of memory is reached"));
        }
        self.used += bytes;
        self.added = bytes;
        Ok(true)
    }

    fn take_back(&mut self) {
        self.used -= std::mem::take(&mut self.added);
    }
}

impl ResourceLimiter for Memory {
    fn memory_growing(&mut self, current: usize, desired: usize, most: Option<usize>) -> wasmtime::Result<bool> {
        // Beyond its own maximum it does not grow anyway.
        if most.is_some_and(|most| desired > most) { Ok(false) } else { self.grow((desired - current) as u64) }
    }

    fn memory_grow_failed(&mut self, _: wasmtime::Error) -> wasmtime::Result<()> {
        self.take_back();
        Ok(())
    }

    fn table_growing(&mut self, current: usize, desired: usize, most: Option<usize>) -> wasmtime::Result<bool> {
        let bytes = ((desired - current) * size_of::<usize>()) as u64;
        if most.is_some_and(|most| desired > most) { Ok(false) } else { self.grow(bytes) }
    }

    fn table_grow_failed(&mut self, _: wasmtime::Error) -> wasmtime::Result<()> {
        self.take_back();
        Ok(())
    }
}

/// Runs a command, and returns its exit code. Calls `while_compiling` if the engine needs a while before it can begin, and
/// `at_timeout`, on another thread and while the program still runs, when its time is up: whatever it does or waits for
/// then, only the end of this process is sure to stop it.
///
/// # Errors
/// [`Stopped`]: it cannot be run, or was stopped.
pub fn execute(
    component: &[u8],
    offer: Offer,
    while_compiling: impl FnOnce() + Send,
    at_timeout: impl FnOnce(Duration) + Send + 'static,
) -> Result<u8, Stopped> {
    // By default the engine takes what `wasmtime run` takes: multi-memory for linked components, exceptions, garbage
    // collection, tail calls, SIMD.
    let mut config = Config::new();
    // Caches compiled code for the next run, if the user's cache directory is usable.
    config.cache(Cache::from_file(None).ok());
    let engine = Engine::new(&config).map_err(Stopped::NotBegun)?;
    let component = compile(&engine, component, while_compiling).map_err(Stopped::NotBegun)?;
    let program = linker(&engine, offer.http).and_then(|linker| linker.instantiate_pre(&component));
    let program = program.map_err(Stopped::NotBegun)?;
    let memory = Memory { used: 0, limit: offer.max_memory.unwrap_or(u64::MAX), added: 0, is_exceeded: false };
    let state = State { wasi: offer.wasi, http: WasiHttpCtx::new(), table: ResourceTable::new(), memory };
    let mut store = Store::new(&engine, state);
    store.limiter(|state| &mut state.memory);
    if let Some(timeout) = offer.timeout {
        std::thread::spawn(move || {
            std::thread::sleep(timeout);
            at_timeout(timeout);
        });
    }
    let ended = in_tokio(call(&mut store, program));
    let is_exceeded = store.data().memory.is_exceeded;
    ended.map_err(|stopped| if is_exceeded { Stopped::OutOfMemory } else { stopped })
}

/// Compiles a component. Calls `while_compiling` if that takes a while, as it does for a large one that is not cached.
fn compile(engine: &Engine, component: &[u8], while_compiling: impl FnOnce() + Send) -> wasmtime::Result<Component> {
    const PATIENCE: Duration = Duration::from_secs(1);
    let (done, is_done) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            if is_done.recv_timeout(PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout) {
                while_compiling();
            }
        });
        let compiled = Component::new(engine, component);
        drop(done);
        compiled
    })
}

fn linker(engine: &Engine, with_http: bool) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    p3::add_to_linker(&mut linker)?;
    if with_http {
        wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
        wasmtime_wasi_http::p3::add_to_linker(&mut linker)?;
    }
    Ok(linker)
}

/// Calls `run`. A component that exports it for both WASI 0.2 and 0.3 is one of 0.3, as for wasmtime's command line.
async fn call(store: &mut Store<State>, program: InstancePre<State>) -> Result<u8, Stopped> {
    let ended = if p3::bindings::CommandIndices::new(&program).is_ok() {
        let instance = program.instantiate_async(&mut *store).await.map_err(Stopped::NotBegun)?;
        let command = p3::bindings::Command::new(&mut *store, &instance).map_err(Stopped::NotBegun)?;
        store.run_concurrent(async |store| command.wasi_cli_run().call_run(store).await).await.and_then(|ended| ended)
    } else {
        let program = CommandPre::new(program).map_err(|_| Stopped::NoCommand)?;
        let command = program.instantiate_async(&mut *store).await.map_err(Stopped::NotBegun)?;
        command.wasi_cli_run().call_run(store).await
    };
    match ended {
        Ok(Ok(())) => Ok(0),
        Ok(Err(())) => Ok(1),
        Err(error) => match error.downcast_ref::<I32Exit>() {
            Some(I32Exit(code)) => Ok(u8::try_from(*code).unwrap_or(1)),
            None => Err(Stopped::Trapped(error)),
        },
    }
}
