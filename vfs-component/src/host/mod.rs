//! What goes on to the host, one file per package or interface.
//!
//! The imports are safe to call: numbers go out, and results come back through a reference to a value that is initialised before
//! the call and has the canonical ABI's layout. The composer puts a function that does nothing in the place of what an app's own
//! imports do not grant; then the initial value stands, and each caller here gives one that is a right answer.

pub mod clocks;
pub mod environment;
pub mod error;
pub mod exit;
pub mod poll;
pub mod stdio;
pub mod streams;
pub mod terminal;
pub mod wall_clock;
