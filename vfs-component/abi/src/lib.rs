//! The interface between the vfs and the composer: the bit of the vfs's handles, names of functions that belong to no
//! interface of WASI, and the encoding of the settings.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod limits;
pub mod names;
pub mod settings;

pub use limits::Limits;

/// The bit that marks a handle as the vfs's, inside an app's component. No handle of a host has it, because the tables
/// of the canonical ABI are smaller.
pub const HANDLE_TAG: u32 = 1 << 30;
