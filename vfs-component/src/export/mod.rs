//! The WASI functions that the app calls, a file for each interface or part of it.

pub mod clocks;
#[cfg(all(feature = "mounts", not(feature = "mounts3")))]
pub mod direct;
#[cfg(feature = "end")]
mod end;
pub mod environment;
mod error;
pub mod exit;
mod filesystem;
mod linked;
pub mod poll;
pub mod random;
mod standard;
mod standard3;
pub mod stdio;
pub mod streams;
mod terminal;
mod text;
mod wrapped;
