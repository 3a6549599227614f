//! A pipe that says it is a terminal.

use tokio::io::{AsyncRead, AsyncWrite};
use wasmtime_wasi::cli::{IsTerminal, StdinStream, StdoutStream};
use wasmtime_wasi::p2::pipe::{MemoryInputPipe, MemoryOutputPipe};

/// The pipe.
pub struct Terminal<P>(pub P);

impl<P> IsTerminal for Terminal<P> {
    fn is_terminal(&self) -> bool {
        true
    }
}

impl StdinStream for Terminal<MemoryInputPipe> {
    fn async_stream(&self) -> Box<dyn AsyncRead + Send + Sync> {
        self.0.async_stream()
    }
}

impl StdoutStream for Terminal<MemoryOutputPipe> {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        self.0.async_stream()
    }
}
