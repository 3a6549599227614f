//! The engine that runs components, with what `wasmtime run` and `wasmtime serve` offer.
//!
//! It is a crate of its own because the engine's libraries are generic: whoever uses them compiles a large part of them
//! again. No function and no type here is generic, so those who use this crate compile none of it.

#![forbid(unsafe_code)]

mod command;
mod memory;
mod server;
mod state;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use wasmtime::component::Component;
use wasmtime::{Cache, Config, WasmBacktrace};

pub use command::{Ended, execute};
pub use server::{Serving, serve};

/// What a program gets, and how far it may go.
#[derive(Debug, Default)]
pub struct Offer {
    /// The arguments, beginning with the program's name.
    pub arguments: Vec<String>,
    /// The environment.
    pub variables: Vec<(String, String)>,
    /// The initial directory.
    pub directory: Option<String>,
    /// The directories of this machine.
    pub directories: Vec<Directory>,
    /// The standard streams.
    pub streams: Streams,
    /// Whether it may use the network, apart from http requests.
    pub network: bool,
    /// The http requests that it may send.
    pub requests: Requests,
    /// The most bytes of memory that it may have.
    pub max_memory: Option<u64>,
}

/// A directory of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    /// Its path.
    pub path: PathBuf,
    /// Its name for the program.
    pub name: String,
    /// Whether the program can only read it.
    pub is_read_only: bool,
}

/// The http requests that a program may send.
#[derive(Clone, Default)]
pub enum Requests {
    /// None.
    #[default]
    None,
    /// All.
    All,
    /// Those that this allows.
    Some(Arc<Allow>),
}

/// Says whether a request with this scheme and to this authority may be sent.
pub type Allow = dyn Fn(&str, &str) -> bool + Send + Sync;

impl fmt::Debug for Requests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::All => "All",
            Self::Some(_) => "Some",
        })
    }
}

/// Which standard streams are those of this process. In the place of others there is nothing to read, and what is
/// written is lost.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "they are named by what they are")]
pub struct Streams {
    pub stdin: bool,
    pub stdout: bool,
    pub stderr: bool,
}

impl Default for Streams {
    fn default() -> Self {
        Self { stdin: true, stdout: true, stderr: true }
    }
}

/// Why there is no exit code.
#[derive(Debug)]
pub enum Stopped {
    /// The program never ran.
    NotBegun(Cause),
    /// It exports nothing that can be called.
    NoEntry,
    /// There is no listening at the address.
    NoAddress(std::io::Error),
    /// It trapped.
    Trapped(Cause),
    /// It did what the composition denies it, in words.
    Denied(String),
    /// It wanted more memory than it may have.
    OutOfMemory,
}

/// What the engine says.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

impl Stopped {
    fn not_begun(error: wasmtime::Error) -> Self {
        Self::NotBegun(error.into())
    }
}

/// Says what was denied, if that is why a program trapped: composing gives the function in which it does a name that
/// tells.
fn denial(error: &wasmtime::Error) -> Option<String> {
    let frames = error.downcast_ref::<WasmBacktrace>()?.frames();
    let name = frames.first()?.func_name()?;
    if let Some(code) = name.strip_prefix("vfs exit ") {
        return Some(format!("it ended with exit code {code}, and exiting with a code is denied"));
    }
    name.strip_prefix("vfs denied ").map(|what| format!("it called what is denied, {what}"))
}

/// Returns the settings of the engine: by default it takes what `wasmtime run` takes, which is multi-memory for linked
/// components, exceptions, garbage collection, tail calls and SIMD.
fn config() -> Config {
    let mut config = Config::new();
    // Caches compiled code for the next run, if the user's cache directory is usable.
    config.cache(Cache::from_file(None).ok());
    config
}

/// Compiles a component. Calls `while_compiling` if that takes a while, as it does for a large one that is not cached.
fn compile(
    engine: &wasmtime::Engine,
    component: &[u8],
    while_compiling: &(dyn Fn() + Sync),
) -> wasmtime::Result<Component> {
    const PATIENCE: Duration = Duration::from_secs(1);
    let (done, is_done) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            if is_done.recv_timeout(PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout) {
                while_compiling();
            }
        });
        let compiled = Component::new(engine, component);
        drop(done);
        compiled
    })
}
