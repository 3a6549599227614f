//! What the host knows of one program that runs.

use wasmtime::component::{Linker, ResourceTable};
use wasmtime::{Engine, Store, error::Context as _};
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxView, WasiView, p3};
use wasmtime_wasi_http::{
    Error, RequestOptions, Result, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks, WasiHttpView, default_hooks,
};

use crate::memory::Memory;
use crate::{Directory, Offer, Requests};

pub struct State {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    /// What sends requests.
    sender: Sender,
    table: ResourceTable,
    pub memory: Memory,
    /// How many files the program has written, once it has told.
    pub files: Option<u32>,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { ctx: &mut self.http, table: &mut self.table, hooks: &mut self.sender }
    }
}

/// Sends the requests that may be sent, and denies the others.
struct Sender(Requests);

type Received = Box<dyn Future<Output = Result<()>> + Send>;

impl WasiHttpHooks for Sender {
    fn send_request(
        &mut self,
        request: hyper::Request<WasiBody>,
        options: Option<RequestOptions>,
        received: Received,
    ) -> Box<dyn Future<Output = Result<(hyper::Response<WasiBody>, Received)>> + Send> {
        let to = request.uri();
        let is_allowed = match &self.0 {
            Requests::None => false,
            Requests::All => true,
            Requests::Some(allow) => {
                to.scheme_str().zip(to.authority()).is_some_and(|(scheme, to)| allow(scheme, to.as_str()))
            }
        };
        if !is_allowed {
            return Box::new(async { Err(Error::HttpRequestDenied) });
        }
        default_hooks().send_request(request, options, received)
    }
}

/// Makes the store of a program. If it `is_alone`, calls of the host's filesystem are made in its own thread, which is
/// ten times faster than handing them to another one.
///
/// # Errors
/// A directory cannot be opened.
pub fn store(engine: &Engine, offer: &Offer, is_alone: bool) -> wasmtime::Result<Store<State>> {
    let mut wasi = WasiCtx::builder();
    wasi.allow_blocking_current_thread(is_alone);
    wasi.args(&offer.arguments).envs(&offer.variables);
    if let Some(directory) = &offer.directory {
        wasi.initial_cwd(directory);
    }
    for Directory { path, name, is_read_only } in &offer.directories {
        let permissions = if *is_read_only { FsPerms::ReadOnly } else { FsPerms::ReadWrite };
        let opened = wasi.preopened_dir(path, name, permissions);
        opened.with_context(|| format!("cannot open the directory `{}`", path.display()))?;
    }
    if offer.streams.stdin {
        wasi.inherit_stdin();
    }
    if offer.streams.stdout {
        wasi.inherit_stdout();
    }
    if offer.streams.stderr {
        wasi.inherit_stderr();
    }
    if offer.network {
        wasi.inherit_network().allow_ip_name_lookup(true).allow_tcp(true).allow_udp(true);
    }
    let state = State {
        wasi: wasi.build(),
        http: WasiHttpCtx::new(),
        sender: Sender(offer.requests.clone()),
        table: ResourceTable::new(),
        memory: Memory::new(offer.max_memory),
        files: None,
    };
    let mut store = Store::new(engine, state);
    store.limiter(|state| &mut state.memory);
    Ok(store)
}

/// Makes the functions that programs import.
pub fn linker(engine: &Engine, with_http: bool) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    p3::add_to_linker(&mut linker)?;
    if with_http {
        wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
        wasmtime_wasi_http::p3::add_to_linker(&mut linker)?;
    }
    Ok(linker)
}
