//! A server of the machine's network in front of a component that exports `wasi:http/incoming-handler`, by the rules of `wasmtime
//! serve -S cli`: each request gets an instance of its own, which is gone when its handler has returned.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::anyhow;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use wasmtime::component::Component;
use wasmtime::{Engine, Result, bail};
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi_http::WasiHttpView;
use wasmtime_wasi_http::io::TokioIo;
use wasmtime_wasi_http::p2::bindings::ProxyPre;
use wasmtime_wasi_http::p2::bindings::http::types::Scheme;
use wasmtime_wasi_http::p2::body::HyperOutgoingBody;

use crate::host::Invocation;
use crate::network_host::{self, State, runtime};
use crate::wasmtime_host::engine;

type Request = hyper::Request<hyper::body::Incoming>;
type Response = hyper::Response<HyperOutgoingBody>;

/// A server that ends with this value.
pub struct Server {
    address: SocketAddr,
    accepting: JoinHandle<()>,
    handler: Arc<Handler>,
}

/// What answers a request.
struct Handler {
    pre: ProxyPre<State>,
    granted: Option<PathBuf>,
    /// What went wrong: traps, and requests without an answer.
    failures: Mutex<Vec<String>>,
}

impl Server {
    /// Begins to serve at a free port of this machine. The component sees `granted` as `/`.
    ///
    /// # Errors
    /// The component is not valid, needs what the linker has not, or is no server.
    pub fn start(app: &[u8], granted: Option<&Path>) -> anyhow::Result<Self> {
        Self::start_on(engine(), app, granted)
    }

    /// The same on an engine of the caller's.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_on(engine: &Engine, app: &[u8], granted: Option<&Path>) -> anyhow::Result<Self> {
        let begun = runtime().block_on(Self::begin(engine, app, granted));
        begun.map_err(|error| anyhow!("wasmtime does not serve it: {error:?}"))
    }

    async fn begin(engine: &Engine, app: &[u8], granted: Option<&Path>) -> Result<Self> {
        let component = Component::new(engine, app)?;
        let pre = ProxyPre::new(network_host::linker_on(engine)?.instantiate_pre(&component)?)?;
        let granted = granted.map(Path::to_owned);
        let handler = Arc::new(Handler { pre, granted, failures: Mutex::new(Vec::new()) });
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let accepting = tokio::spawn(accept(listener, Arc::clone(&handler)));
        Ok(Self { address, accepting, handler })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What went wrong until now.
    #[must_use]
    pub fn failures(&self) -> Vec<String> {
        self.handler.failures.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, handler: Arc<Handler>) {
    while let Ok((stream, _)) = listener.accept().await {
        let handler = Arc::clone(&handler);
        // Answers are sent at once, whatever is still unacknowledged.
        drop(stream.set_nodelay(true));
        tokio::spawn(async move {
            let service = service_fn(|request| Arc::clone(&handler).handle(request));
            // A client that goes away in the middle is the client's affair.
            drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
        });
    }
}

impl Handler {
    async fn handle(self: Arc<Self>, request: Request) -> Result<Response> {
        let answered = self.answer(request).await;
        if let Err(error) = &answered {
            self.failed(format!("{error:?}"));
        }
        answered
    }

    async fn answer(self: &Arc<Self>, request: Request) -> Result<Response> {
        /// More than any test prints.
        const CAPACITY: usize = 1 << 16;
        let output = || MemoryOutputPipe::new(CAPACITY);
        let (stderr, granted) = (output(), self.granted.as_deref());
        let mut store =
            network_host::store(self.pre.engine(), &Invocation::default(), granted, output(), stderr.clone())?;
        let (sender, receiver) = oneshot::channel();
        let request = store.data_mut().http().new_incoming_request(Scheme::Http, request)?;
        let out = store.data_mut().http().new_response_outparam(sender)?;
        let this = Arc::clone(self);
        // The handler goes on while its answer is being sent.
        let handling = tokio::spawn(async move {
            let ended = match this.pre.instantiate_async(&mut store).await {
                Ok(app) => app.wasi_http_incoming_handler().call_handle(&mut store, request, out).await,
                Err(error) => Err(error),
            };
            drop(store);
            if let Err(error) = ended {
                this.failed(format!("{error:?}\n{}", String::from_utf8_lossy(&stderr.contents())));
            }
        });
        match receiver.await {
            Ok(answer) => Ok(answer?),
            Err(_) => {
                handling.await?;
                bail!("no answer was given")
            }
        }
    }

    fn failed(&self, what: String) {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).push(what);
    }
}
