//! The functions of `wasi_snapshot_preview1` as one core module, for programs whose files come from any host.
//!
//! It has a memory of its own: of the program's, it uses only what the program passes to its calls. A call runs through
//! these steps:
//!
//! ```text
//! the program's call ─▶ exports.rs     one function per function of preview1
//!                         │            borrows the one `State`
//!                         ▼
//!                       vfs_preview1_abi::Call
//!                         ├▶ program.rs    the program's memory, through the bridge
//!                         └▶ system.rs     files; host.rs: streams, clocks and the rest
//!                              ▼
//!                            wasi.rs       the functions of WASI 0.2, by the canonical ABI
//! ```
//!
//! `vfs-preview1` leaves out what a program does not call, adds the versions to the names of imports, and puts the
//! module beside the program.

// Elsewhere there is nothing of it: the tests build it with all other crates.
#![cfg(target_arch = "wasm32")]

mod exports;
mod host;
mod lists;
mod program;
mod system;
mod wasi;
