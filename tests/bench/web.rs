//! A server whose requests get an instance each, on an engine set up as `wasmtime serve` sets it up.

use crate::engine::{cpu_time, in_engine};
use anyhow::{Result, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1;
use hyper::{Request, StatusCode};
use nix::sys::resource::{UsageWho, getrusage};
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use vfs_tests::network_host::runtime;
use vfs_tests::serve_host::Server;
use wasmtime::{Config, Engine, PoolingAllocationConfig};
use wasmtime_wasi_http::io::TokioIo;

/// Where an engine has the memories of its instances from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Memories {
    /// Slots that are used again, as `wasmtime serve` has them.
    Pooled,
    /// The kernel, for each instance anew.
    OnDemand,
}

/// A component that is being served.
pub struct Web(Server);

/// What requests took together, the client's part included.
pub struct Cost {
    /// Time.
    pub wall: Duration,
    /// CPU time of the process.
    pub cpu: Duration,
    /// Page faults of the process that needed no disk.
    pub faults: i64,
}

impl Web {
    /// Serves `wasm`, which sees `directory` as `/`, on an engine of its own: no slot was another component's before.
    pub fn new(memories: Memories, wasm: &Path, directory: Option<&Path>) -> Result<Self> {
        let mut config = Config::new();
        if let Memories::Pooled = memories {
            config.allocation_strategy(PoolingAllocationConfig::default());
        }
        let engine = Engine::new(&config).map_err(in_engine)?;
        let web = Self(Server::start_on(&engine, &std::fs::read(wasm)?, directory)?);
        // Every slot that so many clients need has been used once, and so has what the host keeps.
        web.get(8, 100)?;
        Ok(web)
    }

    /// Has each of `clients` ask for the file `times` times, all of them at once.
    pub fn get(&self, clients: usize, times: usize) -> Result<Cost> {
        let (start, cpu_before, faults_before) = (Instant::now(), cpu_time()?, faults()?);
        let address = self.0.address();
        runtime().block_on(async {
            let clients: JoinSet<Result<()>> = (0..clients).map(|_| client(address, times)).collect();
            clients.join_all().await.into_iter().collect::<Result<()>>()
        })?;
        let cost = Cost { wall: start.elapsed(), cpu: cpu_time()? - cpu_before, faults: faults()? - faults_before };
        ensure!(self.0.failures().is_empty(), "{}", self.0.failures().join("\n"));
        Ok(cost)
    }
}

/// Asks for the file of [`crate::trees::Tree::Tiny`] so many times, over one connection.
async fn client(address: SocketAddr, times: usize) -> Result<()> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    for _ in 0..times {
        sender.ready().await?;
        let request = Request::builder().uri("/files/small").header("host", address.to_string());
        let answer = sender.send_request(request.body(Empty::<Bytes>::new())?).await?;
        ensure!(answer.status() == StatusCode::OK, "the status is {}", answer.status());
        let size = answer.collect().await?.to_bytes().len();
        ensure!(size == 100, "{size} bytes came");
    }
    Ok(())
}

fn faults() -> nix::Result<i64> {
    Ok(getrusage(UsageWho::RUSAGE_SELF)?.minor_page_faults())
}
