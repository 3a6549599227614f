//! A tree whose answers come late: the variant of the vfs for tests (`wit/late.wit`), end to end.
//!
//! ```text
//! app (tests/guests/late, late3) ──▶ vfs ──▶ ask, ask-later ──▶ host.rs: a small tree, and how it answers
//! ```

mod blocking;
mod host;
mod tasks;
mod tree;
