//! `vfs-compose run`: composes an app in memory, unless it is already composed, and runs it on the embedded engine.

use std::process::ExitCode;

use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Cache, Config, Engine, Store};
use wasmtime_wasi::p2::bindings::sync::Command;
use wasmtime_wasi::{I32Exit, WasiCtx, WasiCtxView, WasiView};

use crate::args::{Host, Process, Run};
use crate::manifest;
use crate::plan;
use crate::report::Failure;

struct State {
    wasi: WasiCtx,
    table: ResourceTable,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

pub fn run(args: &Run) -> Result<ExitCode, Failure> {
    let component = match composed_before(args)? {
        Some(component) => component,
        None => compose(args)?,
    };
    let name = args.app.file_name().unwrap_or(args.app.as_os_str()).to_string_lossy();
    // Of this process, the program gets nothing but the standard streams.
    let wasi = WasiCtx::builder().inherit_stdio().arg(name).args(&args.host_arguments).build();
    let code = execute(&component, wasi)
        .map_err(|error| Failure::new("the program did not finish").caused_by(engine_error(error)))?;
    Ok(ExitCode::from(code))
}

/// Returns the file itself if it already has a vfs inside and no image or manifest is given.
///
/// # Errors
/// A flag was typed that only has an effect when an app is composed.
fn composed_before(args: &Run) -> Result<Option<Vec<u8>>, Failure> {
    if !args.files.images.is_empty() || args.files.manifest.is_some() {
        return Ok(None);
    }
    let Ok(component) = std::fs::read(&args.app) else { return Ok(None) };
    let has_vfs = vfs_compose::inspect(&component).is_ok_and(|inspection| inspection.vfs.is_some());
    if has_vfs && (args.process != Process::default() || args.host != Host::default()) {
        let failure = format!("`{}` is already composed, so flags cannot change it", args.app.display());
        return Err(
            Failure::usage(failure).hint("compose the app again with these flags, or omit all flags before `--`")
        );
    }
    Ok(has_vfs.then_some(component))
}

fn compose(args: &Run) -> Result<Vec<u8>, Failure> {
    let said = manifest::read(args.files.manifest.as_deref())?;
    let composer = plan::composer(Some(&args.app), &said, &args.files, &args.process, &args.host)?;
    let composer = plan::joined(composer, &said, &args.joining, &args.host);
    let composed = composer.compose()?;
    super::tell(&composed.report().remarks, false);
    Ok(composed.to_bytes()?)
}

fn execute(component: &[u8], wasi: WasiCtx) -> wasmtime::Result<u8> {
    let mut config = Config::new();
    // A linked component has two memories: that of the app and that of the vfs.
    config.wasm_multi_memory(true);
    // Caches compiled code for the next run, if the user's cache directory is usable.
    config.cache(Cache::from_file(None).ok());
    let engine = Engine::new(&config)?;
    let component = Component::new(&engine, component)?;
    let mut linker = Linker::new(&engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
    let mut store = Store::new(&engine, State { wasi, table: ResourceTable::new() });
    let command = Command::instantiate(&mut store, &component, &linker)?;
    match command.wasi_cli_run().call_run(&mut store) {
        Ok(Ok(())) => Ok(0),
        Ok(Err(())) => Ok(1),
        Err(error) => match error.downcast_ref::<I32Exit>() {
            Some(I32Exit(code)) => Ok(u8::try_from(*code).unwrap_or(1)),
            None => Err(error),
        },
    }
}

fn engine_error(error: wasmtime::Error) -> Box<dyn std::error::Error + Send + Sync> {
    error.into()
}
