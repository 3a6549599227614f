//! An http service that composes on request: what is posted becomes a file of the app, at the path of the URL.
//!
//! ```console
//! $ cargo run --example service -- app.wasm 127.0.0.1:8080
//! $ curl --data-binary @config.toml http://127.0.0.1:8080/etc/config.toml -o out.wasm
//! ```

use std::convert::Infallible;
use std::error::Error;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Channel, Full, Limited, channel::Sender};
use hyper::body::Incoming;
use hyper::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;
use vfs_compose::{Composed, Composer, Files, Progress};

/// The largest file that is taken, in bytes.
const MAX_FILE: usize = 64 << 20;
/// Bytes that are sent at a time.
const PIECE: usize = 64 << 10;

type Body = BoxBody<Bytes, io::Error>;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<_> = std::env::args().skip(1).collect();
    let [app, address] = &args[..] else { return Err("usage: service APP ADDRESS".into()) };
    let app = std::fs::read(app)?;
    let listener = TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    serve(listener, app).await?;
    Ok(())
}

/// Answers requests until a connection cannot be taken.
pub async fn serve(listener: TcpListener, app: Vec<u8>) -> io::Result<()> {
    // Whatever is the same for all requests is set here.
    let composer = Composer::new(app).read_only(true);
    loop {
        let (stream, _) = listener.accept().await?;
        let composer = composer.clone();
        tokio::spawn(async move {
            let service = service_fn(|request| answer(request, composer.clone()));
            let connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            if let Err(error) = connection.await {
                eprintln!("a connection ended early: {error}");
            }
        });
    }
}

async fn answer(request: Request<Incoming>, composer: Composer) -> Result<Response<Body>, Infallible> {
    if request.method() != Method::POST {
        let mut refused = text(StatusCode::METHOD_NOT_ALLOWED, "post a file\n");
        refused.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
        return Ok(refused);
    }
    let path = request.uri().path().to_owned();
    let contents = match Limited::new(request.into_body(), MAX_FILE).collect().await {
        Ok(contents) => contents.to_bytes(),
        Err(error) => return Ok(text(StatusCode::BAD_REQUEST, format!("the file cannot be taken: {error}\n"))),
    };
    // If the client goes away, this future is dropped, and the work stops.
    let cancel = Cancel::default();
    let is_cancelled = Arc::clone(&cancel.0);
    let composed = spawn_blocking(move || {
        let mut files = Files::new();
        files.add_file(path, contents)?;
        let stop = move |progress| match progress {
            Progress::Listing { .. } if is_cancelled.load(Ordering::Relaxed) => ControlFlow::Break(()),
            // While the result is sent, a client that goes away is an error of the write.
            _ => ControlFlow::Continue(()),
        };
        composer.files(files).on_progress(stop).compose()
    });
    Ok(match composed.await {
        Ok(Ok(composed)) => component(composed),
        Ok(Err(error)) => text(StatusCode::BAD_REQUEST, format!("{error}\n")),
        Err(_) => text(StatusCode::INTERNAL_SERVER_ERROR, "composing failed\n"),
    })
}

/// Answers with a component, which is sent while it is written.
fn component(composed: Composed) -> Response<Body> {
    let size = composed.report().size;
    let (sender, body) = Channel::new(2);
    let runtime = Handle::current();
    spawn_blocking(move || {
        let mut out = BufWriter::with_capacity(PIECE, Sending { sender, runtime });
        if let Err(error) = composed.write_to(&mut out) {
            // Without the rest of the body, the client sees that it is incomplete.
            out.into_parts().0.sender.abort(io::Error::other(error));
        }
    });
    let mut response = Response::new(body.boxed());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/wasm"));
    response.headers_mut().insert(CONTENT_LENGTH, size.into());
    response
}

fn text(status: StatusCode, text: impl Into<Bytes>) -> Response<Body> {
    let body = Full::new(text.into()).map_err(|never| match never {}).boxed();
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
}

/// A body that is written from a thread which may wait.
struct Sending {
    sender: Sender<Bytes, io::Error>,
    runtime: Handle,
}

impl Write for Sending {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let piece = Bytes::copy_from_slice(bytes);
        self.runtime.block_on(self.sender.send_data(piece)).map_err(|_| ErrorKind::BrokenPipe)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Says when it is dropped that nobody waits any more.
#[derive(Default)]
struct Cancel(Arc<AtomicBool>);

impl Drop for Cancel {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
