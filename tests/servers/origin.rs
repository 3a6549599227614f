//! The server that http clients talk to.
//!
//! ```text
//! GET  /teapot   418, header x-pot
//! GET  /big      300007 bytes in pieces, trailer x-size
//! GET  /empty    nothing
//! GET  /slow     two pieces with time between them
//! GET  /later    200, after a while
//! GET  /never    no answer
//! GET  /early    fewer bytes than its header says
//! POST /length   how many bytes came, and the trailer x-note
//! PUT  /echo     what came
//! ```

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;
use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::{Frame, Incoming};
use hyper::header::HeaderValue;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response};
use tokio::net::TcpListener;
use vfs_tests::network_host::runtime;
use wasmtime_wasi_http::io::TokioIo;

use crate::pieces::{Pieces, data};

type Body = BoxBody<Bytes, std::io::Error>;

/// Bytes of `/big`.
pub const BIG: usize = 300_007;
/// Long enough that a program notices, and short enough for a test.
const A_WHILE: Duration = Duration::from_millis(30);

/// What `/big` holds.
pub fn big() -> Vec<u8> {
    (0..BIG).map(|at| (at % 251) as u8).collect()
}

/// Starts it. It lives as long as the process.
///
/// # Errors
/// This machine has no free port.
pub fn start() -> Result<SocketAddr> {
    let listener = runtime().block_on(TcpListener::bind("127.0.0.1:0"))?;
    let address = listener.local_addr()?;
    runtime().spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // A client that goes away is no failure.
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer)));
        }
    });
    Ok(address)
}

async fn answer(request: Request<Incoming>) -> Result<Response<Body>, hyper::Error> {
    let path = request.uri().path().to_owned();
    Ok(match path.as_str() {
        "/teapot" => with("x-pot", "tea", 418, whole("")),
        "/big" => with("trailer", "x-size", 200, pieces(send_big)),
        "/slow" => with("x-pot", "slow", 200, pieces(send_slowly)),
        "/later" => {
            tokio::time::sleep(A_WHILE).await;
            Response::new(whole("late"))
        }
        "/never" => std::future::pending().await,
        "/early" => with("content-length", "100", 200, pieces(send_some)),
        "/length" => {
            let body = request.into_body().collect().await?;
            let note = body.trailers().and_then(|trailers| trailers.get("x-note")).cloned();
            let note = note.map_or("no note".to_owned(), |note| format!("note {}", note.to_str().unwrap_or("?")));
            Response::new(whole(&format!("{} bytes, {note}", body.to_bytes().len())))
        }
        "/echo" => Response::new(request.into_body().map_err(std::io::Error::other).boxed()),
        _ => Response::new(whole("")),
    })
}

fn with(name: &'static str, value: &'static str, status: u16, body: Body) -> Response<Body> {
    let response = Response::builder().status(status).header(name, value);
    response.body(body).expect("a header and a status that are right")
}

fn whole(text: &str) -> Body {
    Full::from(text.to_owned()).map_err(|never: Infallible| match never {}).boxed()
}

fn pieces<F>(send: fn(Pieces) -> F) -> Body
where
    F: Future<Output = ()> + Send + 'static,
{
    let (sender, body) = crate::pieces::pieces();
    tokio::spawn(send(sender));
    body.boxed()
}

// A receiver that is gone ends what is sent.

async fn send_big(sender: Pieces) {
    for piece in big().chunks(10_000) {
        if sender.send(data(piece)).await.is_err() {
            return;
        }
    }
    let mut trailers = HeaderMap::new();
    trailers.insert("x-size", HeaderValue::from(BIG));
    drop(sender.send(Ok(Frame::trailers(trailers))).await);
}

async fn send_slowly(sender: Pieces) {
    drop(sender.send(data(b"first ")).await);
    tokio::time::sleep(A_WHILE).await;
    drop(sender.send(data(b"second ")).await);
}

async fn send_some(sender: Pieces) {
    drop(sender.send(data(b"not all of it")).await);
    tokio::time::sleep(A_WHILE).await;
    drop(sender.send(Err(std::io::Error::other("the end"))).await);
}
