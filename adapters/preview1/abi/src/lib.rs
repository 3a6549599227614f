//! The 46 functions of `wasi_snapshot_preview1`, over two traits: [`Program`], the memory of the program that calls,
//! and [`System`], what its calls act on.
//!
//! Nothing here knows where files are. So one implementation serves programs whose files are inside their component,
//! and programs whose files come from any host.
//!
//! [`Call`] has the functions. Each of them
//!
//! 1. checks all pointers and lengths that it is given, and returns [`Errno::Fault`] if one lies outside of the
//!    program's memory: nothing has happened then;
//! 2. copies its arguments in, and acts;
//! 3. copies its results out.
//!
//! Contents of files are never copied here: a [`Buffer`] says where they belong, and the system copies them there. What
//! a program chooses the size of is allocated fallibly, or not at all.
//!
//! Where engines differ, `docs/preview1.md` says what is done here, and why.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod call;
mod contents;
mod descriptors;
mod directory;
mod environment;
mod errno;
mod exit;
mod functions;
mod memory;
mod paths;
mod poll;
mod process;
pub mod signature;
mod sockets;
mod status;
mod system;
pub mod time;
mod vector;

pub use call::Call;
pub use errno::Errno;
pub use exit::exit_code;
pub use memory::{Buffer, Program};
pub use process::{Object, Process};
pub use status::{FileType, Stat};
pub use system::{Access, Clock, Entry, NewTime, Open, Place, Ready, Stream, Streams, System};
pub use vfs_descriptors::Interposer;

/// The longest path and the longest target of a symbolic link, in bytes (`PATH_MAX` on Linux).
pub const MAX_PATH: u32 = 4096;

/// The largest offset in a file: C libraries have signed ones.
const MAX_OFFSET: u64 = i64::MAX as u64;
