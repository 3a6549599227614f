//! The WASI functions that the app calls, a file for each interface or part of it.

mod clocks;
#[cfg(feature = "end")]
mod end;
mod environment;
mod error;
mod exit;
mod filesystem;
mod linked;
mod poll;
mod random;
mod standard;
mod standard3;
mod stdio;
mod streams;
mod terminal;
mod text;
mod wrapped;
