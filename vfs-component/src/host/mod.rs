//! Calls to the host, a file for each package or interface.
//!
//! The imports are safe to call: numbers go out, and results come back through a reference to a value that is
//! initialised before the call and has the layout of the canonical ABI. If the app's own imports do not grant an
//! import, the composer replaces it by a function that does nothing. Then the initial value remains, so each caller
//! initialises it with a correct result.

#[cfg(feature = "mounts")]
pub mod at;
pub mod clocks;
pub mod environment;
pub mod error;
pub mod exit;
#[cfg(all(feature = "mounts", not(feature = "mounts3")))]
pub mod filesystem;
#[cfg(feature = "mounts3")]
#[path = "filesystem3.rs"]
pub mod filesystem;
#[cfg(feature = "mounts")]
pub mod mounts;
pub mod poll;
#[cfg(feature = "preview1")]
pub mod random;
pub mod stdio;
pub mod streams;
pub mod terminal;
#[cfg(feature = "tasks")]
pub mod wait;
pub mod wall_clock;
