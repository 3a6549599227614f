//! A server of the machine's network in front of a component that exports `wasi:http/handler@0.3`: one instance for all requests, with as
//! many of them at a time as come, or one for each. An instance lives until nothing goes on in it, as in `wasmtime serve`.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use anyhow::anyhow;
use http_body_util::BodyExt;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use wasmtime::Result;
use wasmtime::component::{Accessor, Component};
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi_http::io::TokioIo;
use wasmtime_wasi_http::p3::bindings::{Service, ServicePre};
use wasmtime_wasi_http::{WasiBody, WasiHttpView, p3};

use crate::host::Invocation;
use crate::network_host::{self, State, runtime};
use crate::wasmtime_host::engine;

/// A request, and where the answer goes.
type Asked = (hyper::Request<WasiBody>, oneshot::Sender<hyper::Response<WasiBody>>);

/// Which requests have an instance in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instances {
    /// All.
    One,
    /// None.
    OneEach,
}

/// A server that ends with this value.
pub struct Server {
    address: SocketAddr,
    accepting: JoinHandle<()>,
    handler: Arc<Handler>,
}

struct Handler {
    pre: ServicePre<State>,
    granted: Option<PathBuf>,
    /// What went wrong: traps, and requests without an answer.
    failures: Mutex<Vec<String>>,
}

impl Server {
    /// Begins to serve at a free port of this machine. The component sees `granted` as `/`.
    ///
    /// # Errors
    /// The component is not valid, needs what the linker has not, or is no server.
    pub fn start(app: &[u8], granted: Option<&Path>, instances: Instances) -> anyhow::Result<Self> {
        let begun = runtime().block_on(Self::begin(app, granted, instances));
        begun.map_err(|error| anyhow!("wasmtime does not serve it: {error:?}"))
    }

    async fn begin(app: &[u8], granted: Option<&Path>, instances: Instances) -> Result<Self> {
        let component = Component::new(engine(), app)?;
        let pre = ServicePre::new(network_host::linker_of_both()?.instantiate_pre(&component)?)?;
        let (sender, receiver) = unbounded_channel();
        let granted = granted.map(Path::to_owned);
        let handler = Arc::new(Handler { pre, granted, failures: Mutex::new(Vec::new()) });
        let common = (instances == Instances::One).then(|| {
            tokio::spawn(Arc::clone(&handler).instance(receiver));
            sender
        });
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let accepting = tokio::spawn(accept(listener, Arc::clone(&handler), common));
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

/// Requests go to the instance that they have in `common`, or to one of their own.
async fn accept(listener: TcpListener, handler: Arc<Handler>, common: Option<UnboundedSender<Asked>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (handler, common) = (Arc::clone(&handler), common.clone());
        drop(stream.set_nodelay(true));
        tokio::spawn(async move {
            let service = service_fn(|request: hyper::Request<hyper::body::Incoming>| {
                let request = request.map(|body| body.map_err(Into::into).boxed_unsync());
                Arc::clone(&handler).answer(request, common.clone())
            });
            // A client that goes away in the middle is the client's affair.
            drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
        });
    }
}

impl Handler {
    async fn answer(
        self: Arc<Self>,
        request: hyper::Request<WasiBody>,
        common: Option<UnboundedSender<Asked>>,
    ) -> Result<hyper::Response<WasiBody>> {
        let (sender, receiver) = oneshot::channel();
        let instance = common.unwrap_or_else(|| {
            let (own, requests) = unbounded_channel();
            tokio::spawn(Arc::clone(&self).instance(requests));
            own
        });
        // If the instance is gone, so is the other end of what is awaited.
        drop(instance.send((request, sender)));
        drop(instance);
        Ok(receiver.await?)
    }

    /// One instance, until there are no more requests and nothing goes on in it.
    async fn instance(self: Arc<Self>, requests: UnboundedReceiver<Asked>) {
        /// More than any test prints.
        const CAPACITY: usize = 1 << 16;
        let stderr = MemoryOutputPipe::new(CAPACITY);
        if let Err(error) = self.live(requests, stderr.clone()).await {
            let said = format!("{error:?}\n{}", String::from_utf8_lossy(&stderr.contents()));
            self.failures.lock().unwrap_or_else(PoisonError::into_inner).push(said);
        }
    }

    async fn live(&self, requests: UnboundedReceiver<Asked>, stderr: MemoryOutputPipe) -> Result<()> {
        let granted = self.granted.as_deref();
        let mut store = network_host::store(engine(), &Invocation::default(), granted, stderr.clone(), stderr)?;
        let service = self.pre.instantiate_async(&mut store).await?;
        store.run_concurrent(async |accessor| Requests::new(requests, accessor, &service).await_all().await).await?
    }
}

/// The requests of one instance.
struct Requests<'a> {
    coming: Option<UnboundedReceiver<Asked>>,
    accessor: &'a Accessor<State>,
    service: &'a Service,
    handled: Vec<Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>>,
}

impl<'a> Requests<'a> {
    fn new(coming: UnboundedReceiver<Asked>, accessor: &'a Accessor<State>, service: &'a Service) -> Self {
        Self { coming: Some(coming), accessor, service, handled: Vec::new() }
    }

    async fn await_all(mut self) -> Result<()> {
        poll_fn(|context| self.poll(context)).await
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<()>> {
        while let Some(coming) = &mut self.coming {
            match coming.poll_recv(context) {
                Poll::Ready(Some(asked)) => self.handled.push(Box::pin(handle(self.accessor, self.service, asked))),
                Poll::Ready(None) => self.coming = None,
                Poll::Pending => break,
            }
        }
        let mut failure = Ok(());
        self.handled.retain_mut(|one| match one.as_mut().poll(context) {
            Poll::Pending => true,
            Poll::Ready(result) => {
                failure = std::mem::replace(&mut failure, Ok(())).and(result);
                false
            }
        });
        failure?;
        let is_over = self.coming.is_none() && self.handled.is_empty();
        if is_over { self.accessor.poll_no_interesting_tasks(context).map(Ok) } else { Poll::Pending }
    }
}

async fn handle(accessor: &Accessor<State>, service: &Service, (request, answer): Asked) -> Result<()> {
    let (request, received) = accessor.with(|mut store| {
        let (request, received) = p3::Request::from_http(store.data_mut().http().hooks, request);
        (request, Box::pin(received) as Pin<Box<dyn Future<Output = _> + Send>>)
    });
    let response = service.handle(accessor, request).await??;
    let response = accessor.with(|store| response.into_http(store, received))?;
    // A client may have gone away.
    drop(answer.send(response));
    Ok(())
}
