//! Servers: components that export `wasi:http/incoming-handler` of WASI 0.2, or `wasi:http/handler` of 0.3.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::HOST;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use tokio::net::TcpListener;
use tokio::sync::oneshot::{self, Sender};
use tokio::time::Sleep;
use wasmtime::component::{GuestTaskId, InstancePre};
use wasmtime::{Engine, Store, StoreContextMut};
use wasmtime_wasi_http::handler::{
    ExpirationError, HandlerState, Instance, InstantiationError, ProxyHandler, ProxyPre, ShouldAccept,
    WorkerExpiration, WorkerState, WorkerStatus,
};
use wasmtime_wasi_http::io::TokioIo;
use wasmtime_wasi_http::{WasiBody, WasiHttpView, p2, p3};

use crate::memory::EXCEEDED;
use crate::state::{State, linker, store};
use crate::{Cause, Offer, Stopped, compile, config, denial};

/// How often the engine looks whether the time of a request is up.
const TICK: Duration = Duration::from_millis(10);
const LATE: &str = "it took longer than --timeout allows";

/// Where and how to serve.
pub struct Serving {
    /// The address to listen at. Port 0 is a free one.
    pub address: SocketAddr,
    /// The time that a request may take.
    pub timeout: Option<Duration>,
    /// Called with the address once the server listens.
    pub when_listening: Box<dyn FnOnce(SocketAddr)>,
    /// Called when a request fails.
    pub at_failure: Box<dyn Fn(Cause) + Send + Sync>,
}

/// Serves requests, each with a new instance, until this process ends. A request that fails is answered with 500.
/// Calls `while_compiling` if the engine needs a while before it can begin.
///
/// # Errors
/// [`Stopped`]: it cannot be served.
pub fn serve(
    component: &[u8],
    offer: Offer,
    serving: Serving,
    while_compiling: &(dyn Fn() + Sync),
) -> Result<(), Stopped> {
    let mut config = config();
    config.epoch_interruption(serving.timeout.is_some());
    let engine = Engine::new(&config).map_err(Stopped::not_begun)?;
    let component = compile(&engine, component, while_compiling).map_err(Stopped::not_begun)?;
    // Without http, the types of requests are there all the same: a server gets some.
    let program = linker(&engine, true).and_then(|linker| linker.instantiate_pre(&component));
    let pre = handler_of(program.map_err(Stopped::not_begun)?)?;
    if serving.timeout.is_some() {
        let engine = engine.weak();
        std::thread::spawn(move || {
            while let Some(engine) = engine.upgrade() {
                engine.increment_epoch();
                std::thread::sleep(TICK);
            }
        });
    }
    let Serving { address, timeout, when_listening, at_failure } = serving;
    let server = Server { engine, pre, offer, timeout, at_failure: at_failure.into() };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Stopped::NoAddress)?;
    runtime.block_on(async {
        let listener = TcpListener::bind(address).await.map_err(Stopped::NoAddress)?;
        when_listening(listener.local_addr().map_err(Stopped::NoAddress)?);
        accept(listener, ProxyHandler::new(server)).await
    })
}

/// Finds the function that handles requests. A component that exports it for both WASI 0.2 and 0.3 is one of 0.3, as for
/// wasmtime's command line.
fn handler_of(program: InstancePre<State>) -> Result<ProxyPre<State>, Stopped> {
    if let Ok(pre) = p3::bindings::ServicePre::new(program.clone()) {
        return Ok(ProxyPre::P3(pre));
    }
    p2::bindings::ProxyPre::new(program).map(ProxyPre::P2).map_err(|_| Stopped::NoEntry)
}

async fn accept(listener: TcpListener, handler: ProxyHandler<Server>) -> Result<(), Stopped> {
    loop {
        // A client that is gone already, or too many connections at a time: others may still come.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(TICK).await;
            continue;
        };
        // Answers are sent at once, whatever is still unacknowledged.
        drop(stream.set_nodelay(true));
        let handler = handler.clone();
        tokio::spawn(async move {
            let service = service_fn(|request| answer(&handler, request));
            // A client that goes away in the middle is the client's affair.
            drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
        });
    }
}

async fn answer(handler: &ProxyHandler<Server>, request: Request<Incoming>) -> Result<Response<WasiBody>, Infallible> {
    // WASI's requests have an authority.
    if request.uri().authority().is_none() && !request.headers().contains_key(HOST) {
        return Ok(empty(StatusCode::BAD_REQUEST));
    }
    let request = request.map(|body| body.map_err(Into::into).boxed_unsync());
    let (sender, ended) = oneshot::channel();
    let error = match handler.handle(sender, request).await {
        Ok(response) => {
            let at_failure = Arc::clone(&handler.state().at_failure);
            tokio::spawn(async move { ended.await.into_iter().for_each(|cause| at_failure(cause)) });
            return Ok(response);
        }
        Err(error) => error,
    };
    let cause = match error.downcast::<InstantiationError<Sender<Cause>>>() {
        Ok(error) => Arc::into_inner(error.error).map_or_else(|| "it cannot be instantiated".into(), cause_of),
        // What ended the instance says more than that there is no response.
        Err(error) => ended.await.unwrap_or_else(|_| cause_of(error)),
    };
    (handler.state().at_failure)(cause);
    Ok(empty(StatusCode::INTERNAL_SERVER_ERROR))
}

/// Returns a response without a body.
fn empty(status: StatusCode) -> Response<WasiBody> {
    let mut response = Response::new(Full::default().map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = status;
    response
}

/// Returns what to say of an error; the flag, where that ended the request.
fn cause_of(error: wasmtime::Error) -> Cause {
    if error.is::<ExpirationError>() {
        return LATE.into();
    }
    denial(&error).map_or_else(|| error.into(), Into::into)
}

struct Server {
    engine: Engine,
    pre: ProxyPre<State>,
    offer: Offer,
    timeout: Option<Duration>,
    at_failure: Arc<dyn Fn(Cause) + Send + Sync>,
}

impl HandlerState for Server {
    type StoreData = State;
    type WorkerExpiration = Expiration;
    type WorkerState = OneRequest;

    async fn instantiate(&self) -> wasmtime::Result<Instance<State, Expiration, OneRequest>> {
        let mut store = store(&self.engine, &self.offer, false)?;
        store.epoch_deadline_async_yield_and_update(1);
        let instantiated = self.pre.instantiate_async(&mut store);
        let proxy = match self.timeout {
            Some(timeout) => tokio::time::timeout(timeout, instantiated).await.map_err(|_| ExpirationError)??,
            None => instantiated.await?,
        };
        let is_late = Arc::<AtomicBool>::default();
        Ok(Instance {
            store,
            proxy,
            view: State::http,
            expiration: Expiration { timeout: self.timeout, sleep: None, is_late: Arc::clone(&is_late) },
            state: OneRequest { timeout: self.timeout, is_late, at_failure: Mutex::new(None) },
        })
    }
}

/// Ends an instance whose time is up.
struct Expiration {
    timeout: Option<Duration>,
    sleep: Option<Pin<Box<Sleep>>>,
    /// Set when the time is up.
    is_late: Arc<AtomicBool>,
}

impl WorkerExpiration for Expiration {
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>, status: WorkerStatus, start: Instant) -> Poll<()> {
        let Some(timeout) = self.timeout.filter(|_| status != WorkerStatus::Idle) else { return Poll::Pending };
        let end = tokio::time::Instant::from_std(start + timeout);
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(end)));
        if sleep.deadline() != end {
            sleep.as_mut().reset(end);
        }
        let is_up = sleep.as_mut().poll(context);
        self.is_late.fetch_or(is_up.is_ready(), Ordering::Relaxed);
        is_up
    }
}

/// An instance, for one request.
struct OneRequest {
    timeout: Option<Duration>,
    is_late: Arc<AtomicBool>,
    /// Who hears why the instance ended, if it failed.
    at_failure: Mutex<Option<Sender<Cause>>>,
}

impl WorkerState for OneRequest {
    type StoreData = State;
    type RequestData = Sender<Cause>;

    fn should_accept_request(&self, _: usize, total: usize) -> ShouldAccept {
        if total == 0 { ShouldAccept::Yes } else { ShouldAccept::Never }
    }

    fn on_request_start(
        &self,
        _: StoreContextMut<'_, State>,
        at_failure: Sender<Cause>,
        _: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + Sync>> {
        *self.at_failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(at_failure);
        match self.timeout {
            Some(timeout) => Box::pin(tokio::time::sleep(timeout)),
            None => Box::pin(std::future::pending()),
        }
    }

    fn drop(&self, store: Store<State>, result: wasmtime::Result<()>) {
        let at_failure = self.at_failure.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (Err(error), Some(at_failure)) = (result, at_failure) else { return };
        let cause = if store.data().memory.is_exceeded() {
            EXCEEDED.into()
        } else if self.is_late.load(Ordering::Relaxed) {
            LATE.into()
        } else {
            cause_of(error)
        };
        // A client that went away took the one who listens along.
        drop(at_failure.send(cause));
    }
}
