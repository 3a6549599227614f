//! What the vfs and the composer agree on: which handles are the vfs's, names of its functions that belong to no
//! interface of WASI, and the settings as bytes.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod limits;
pub mod names;
pub mod settings;

pub use limits::Limits;

/// The bit of a handle that says that it is the vfs's, inside an app's component. No host's handle has it: the canonical
/// ABI's tables are smaller.
pub const HANDLE_TAG: u32 = 1 << 30;
