//! What the tests stand on: guests built on demand, the command that composes, the hosts, and the cases of `tests/cases`.
//!
//! ```text
//! case.toml ─ case ─┐                    ┌ wasmtime_host ──┐
//! root/     ─ stage ┤                    ├ wasmtime50_host ┤
//! guests/   ─ guests┴ compose ─ app.wasm ┤                 ├ Output ─ normalise ─ stdout.txt
//!                                        ├ network_host ───┤
//!                                        ├ node_host ──────┤
//!                                        └ chromium_host ──┘
//! ```

pub mod case;
pub mod chromium_host;
pub mod compose;
pub mod composition;
pub mod debian;
pub mod extent;
pub mod guests;
pub mod host;
pub mod network_host;
pub mod node_host;
pub mod normalise;
pub mod paths;
pub mod plugged;
pub mod preview1_host;
pub mod serve3_host;
pub mod serve_host;
pub mod stage;
pub mod versions;
pub mod wasi_wit;
pub mod wasmtime50_host;
pub mod wasmtime_host;
pub mod world;
