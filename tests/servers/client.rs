//! Sends requests over one connection, and keeps everything of the answers.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result};
use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{HeaderMap, Request, StatusCode};
use tokio::net::TcpStream;
use wasmtime_wasi_http::io::TokioIo;

use crate::pieces::data;

type Body = BoxBody<Bytes, io::Error>;

/// A body sent in pieces comes in pieces.
const BETWEEN_PIECES: Duration = Duration::from_millis(5);

/// A connection that is used again.
pub struct Client {
    sender: SendRequest<Body>,
    host: String,
}

/// All of an answer.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub body: Vec<u8>,
    /// In how many pieces the body came.
    pub pieces: usize,
    pub trailers: HeaderMap,
}

impl Client {
    /// Connects.
    ///
    /// # Errors
    /// Nobody listens.
    pub async fn connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self { sender, host: address.to_string() })
    }

    /// The answer to `GET path`.
    ///
    /// # Errors
    /// The connection ends before the answer does.
    pub async fn get(&mut self, path: &str) -> Result<Answer> {
        self.send("GET", path, Empty::new().map_err(|never| match never {}).boxed()).await
    }

    /// The answer to `POST path`, without a body.
    ///
    /// # Errors
    /// The connection ends before the answer does.
    pub async fn post(&mut self, path: &str) -> Result<Answer> {
        self.send("POST", path, Empty::new().map_err(|never| match never {}).boxed()).await
    }

    /// The answer to `PUT path`, with a body that is sent piece by piece with time between.
    ///
    /// # Errors
    /// The connection ends before the answer does.
    pub async fn put(&mut self, path: &str, pieces: &[&[u8]]) -> Result<Answer> {
        let (sender, body) = crate::pieces::pieces();
        let pieces: Vec<_> = pieces.iter().map(|piece| data(piece)).collect();
        tokio::spawn(async move {
            for (index, piece) in pieces.into_iter().enumerate() {
                if index > 0 {
                    tokio::time::sleep(BETWEEN_PIECES).await;
                }
                if sender.send(piece).await.is_err() {
                    break;
                }
            }
        });
        self.send("PUT", path, body.boxed()).await
    }

    /// The answer to any method.
    ///
    /// # Errors
    /// The connection ends before the answer does.
    pub async fn send(&mut self, method: &str, path: &str, body: Body) -> Result<Answer> {
        self.sender.ready().await?;
        let request = Request::builder().method(method).uri(path).header("host", &self.host).header("te", "trailers");
        let mut received = self.sender.send_request(request.body(body)?).await?;
        let mut answer = Answer { status: received.status(), body: Vec::new(), pieces: 0, trailers: HeaderMap::new() };
        while let Some(frame) = received.frame().await {
            match frame.context("the body ends early")?.into_data() {
                Ok(data) => {
                    answer.body.extend_from_slice(&data);
                    answer.pieces += 1;
                }
                Err(frame) => answer.trailers.extend(frame.into_trailers().unwrap_or_default()),
            }
        }
        Ok(answer)
    }
}
