//! The virtual filesystem as one core module: WASI 0.2's filesystem, io, cli and clocks over [`vfs_core`].
//!
//! A call runs through five short steps:
//!
//! ```text
//! the app's call ─▶ export/<interface>.rs   one function per WASI function, in the canonical ABI's own shape
//!                     │  state::call         borrows the one `State`: the volume, and the session of the app on it
//!                     ├▶ handle.rs           number ─▶ descriptor, stream, pollable, ... (ours or the host's)
//!                     ├▶ vfs_core::Fs        when it is ours
//!                     ├▶ host/<interface>.rs when it is the host's
//!                     ▼
//!                   abi::Area               the result, laid out as the canonical ABI wants it, at a fixed place
//! ```
//!
//! The functions are written against the canonical ABI by hand. So a result is a pointer to bytes that already exist
//! (in the image, in a file's memory), no call allocates or frees memory for it, and the same functions serve as
//! exports of a component (plugged) and for generated adapters (linked). The names contain no version: the composer
//! adds the app's. It also checks every signature against WASI's WIT each time it encodes a component from this module.
//!
//! A variant has the functions of `wasi_snapshot_preview1` beside them, for programs that are core modules: `preview1/`.

mod abi;
mod embed;
mod export;
mod handle;
mod heap;
mod host;
mod layer;
mod local;
#[cfg(feature = "preview1")]
mod preview1;
mod pump;
mod standard;
mod state;
