//! Runs a command on wasmtime, with nothing of this machine.

use std::path::Path;

use wasmtime::component::{Component, Instance, Linker, ResourceTable};
use wasmtime::{Engine, Store};
use wasmtime_wasi::p2::bindings::sync::Command;
use wasmtime_wasi::p2::pipe::{MemoryInputPipe, MemoryOutputPipe};
use wasmtime_wasi::{FsPerms, I32Exit, WasiCtx, WasiCtxView, WasiView};

/// Bytes of output that are kept.
const KEPT: usize = 1 << 16;

/// What the host's functions of a test get at.
pub(crate) struct State {
    ctx: WasiCtx,
    table: ResourceTable,
    /// What they were called with, in their own words.
    pub(crate) log: Vec<String>,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.ctx, table: &mut self.table }
    }
}

/// How a command ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum End {
    Returned(Result<(), ()>),
    Exited(i32),
    /// The trap and where it was, in words.
    Trapped(String),
}

/// A command, when it is over.
pub(crate) struct Ran {
    pub(crate) end: End,
    pub(crate) log: Vec<String>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A component in its store.
pub(crate) struct Running {
    pub(crate) store: Store<State>,
    pub(crate) instance: Instance,
    stdout: MemoryOutputPipe,
    stderr: MemoryOutputPipe,
}

impl Running {
    /// With functions of the host besides WASI's.
    pub(crate) fn new(component: &[u8], add: impl FnOnce(&mut Linker<State>)) -> Self {
        Self::on(None, component, add)
    }

    /// With a directory of the host as `/`, if there is one.
    pub(crate) fn on(directory: Option<&Path>, component: &[u8], add: impl FnOnce(&mut Linker<State>)) -> Self {
        Self::by(&Engine::default(), directory, component, add)
    }

    /// On an engine of its own, with all fuel if that consumes any.
    pub(crate) fn by(
        engine: &Engine,
        directory: Option<&Path>,
        component: &[u8],
        add: impl FnOnce(&mut Linker<State>),
    ) -> Self {
        let component = Component::new(engine, component).unwrap();
        let mut linker = Linker::new(engine);
        wasmtime_wasi::p2::add_to_linker_sync(&mut linker).unwrap();
        add(&mut linker);
        let (stdout, stderr) = (MemoryOutputPipe::new(KEPT), MemoryOutputPipe::new(KEPT));
        let mut ctx = WasiCtx::builder();
        ctx.stdin(MemoryInputPipe::new("stdin")).stdout(stdout.clone()).stderr(stderr.clone());
        if let Some(directory) = directory {
            ctx.preopened_dir(directory, "/", FsPerms::ReadWrite).unwrap();
        }
        let state = State { ctx: ctx.build(), table: ResourceTable::new(), log: Vec::new() };
        let mut store = Store::new(engine, state);
        // An error only says that this engine consumes none.
        let _ = store.set_fuel(u64::MAX);
        let instance = linker.instantiate(&mut store, &component).unwrap();
        Self { store, instance, stdout, stderr }
    }

    /// Calls `run`, and ends it.
    pub(crate) fn run(mut self) -> Ran {
        let command = Command::new(&mut self.store, &self.instance).unwrap();
        let end = match command.wasi_cli_run().call_run(&mut self.store) {
            Ok(result) => End::Returned(result),
            Err(error) => end(&error),
        };
        self.ended(end)
    }

    /// What is left of it.
    pub(crate) fn ended(self, end: End) -> Ran {
        let text = |pipe: &MemoryOutputPipe| String::from_utf8(pipe.contents().to_vec()).unwrap();
        let (stdout, stderr) = (text(&self.stdout), text(&self.stderr));
        Ran { end, log: self.store.into_data().log, stdout, stderr }
    }
}

/// What an error of a call means.
pub(crate) fn end(error: &wasmtime::Error) -> End {
    match error.downcast_ref::<I32Exit>() {
        Some(I32Exit(code)) => End::Exited(*code),
        None => End::Trapped(format!("{error:?}")),
    }
}

/// What `run` returned.
pub(crate) fn command(component: &[u8]) -> Result<(), ()> {
    match Running::new(component, |_| ()).run().end {
        End::Returned(result) => result,
        other => panic!("{other:?}"),
    }
}

/// Adds `wasi:cli/exit` at a version with both its functions, one of which no engine has if it is not told to.
pub(crate) fn add_exit(linker: &mut Linker<State>, version: &str) {
    linker.allow_shadowing(true);
    let mut exit = linker.instance(&format!("wasi:cli/exit@{version}")).unwrap();
    exit.func_wrap("exit", |_, (status,): (Result<(), ()>,)| ended_with(i32::from(status.is_err()))).unwrap();
    exit.func_wrap("exit-with-code", |_, (code,): (u8,)| ended_with(i32::from(code))).unwrap();
}

fn ended_with(code: i32) -> wasmtime::Result<()> {
    Err(I32Exit(code).into())
}
