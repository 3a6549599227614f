//! `vfs-compose run`: composes an app in memory, unless it is already composed, and runs it on the embedded engine.

use std::process::ExitCode;

use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Cache, Config, Engine, Store};
use wasmtime_wasi::p2::bindings::sync::Command;
use wasmtime_wasi::{I32Exit, WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::args::{Access, Deny, Host, Process, Run};
use crate::manifest::{self, Said};
use crate::plan;
use crate::report::Failure;

struct State {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
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

pub fn run(args: &Run) -> Result<ExitCode, Failure> {
    let said = manifest::read(args.files.manifest.as_deref())?;
    let component = match composed_before(args)? {
        Some(component) => component,
        None => compose(args, &said)?,
    };
    let name = args.app.file_name().unwrap_or(args.app.as_os_str()).to_string_lossy();
    let Host { deny, .. } = said.host(&args.host);
    // Of this process, the program gets nothing but the standard streams, and the network if a flag says so.
    let mut wasi = WasiCtx::builder();
    wasi.inherit_stdio().arg(name).args(&args.host_arguments);
    if deny.sockets == Some(Access::Inherit) {
        wasi.inherit_network().allow_ip_name_lookup(true).allow_tcp(true).allow_udp(true);
    }
    let code = execute(&component, wasi.build(), asks_for_http(&deny))
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

/// Returns whether `--http` was given, and is not `deny`.
fn asks_for_http(deny: &Deny) -> bool {
    deny.http.as_deref().is_some_and(|access| access != "deny")
}

fn compose(args: &Run, said: &Said) -> Result<Vec<u8>, Failure> {
    let composer = plan::composer(Some(&args.app), said, &args.files, &args.process, &args.host)?;
    let composer = plan::joined(composer, said, &args.joining, &args.host);
    let composed = composer.compose()?;
    super::warn(&composed.report().warnings, false);
    Ok(composed.to_bytes()?)
}

fn execute(component: &[u8], wasi: WasiCtx, with_http: bool) -> wasmtime::Result<u8> {
    // By default the engine takes what `wasmtime run` takes: multi-memory for linked components, exceptions, garbage
    // collection, tail calls, SIMD.
    let mut config = Config::new();
    // Caches compiled code for the next run, if the user's cache directory is usable.
    config.cache(Cache::from_file(None).ok());
    let engine = Engine::new(&config)?;
    let component = Component::new(&engine, component)?;
    let mut linker = Linker::new(&engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
    if with_http {
        wasmtime_wasi_http::p2::add_only_http_to_linker_sync(&mut linker)?;
    }
    let mut store = Store::new(&engine, State { wasi, http: WasiHttpCtx::new(), table: ResourceTable::new() });
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
