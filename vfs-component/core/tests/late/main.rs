//! A layer that answers late, over a host that the test plays.
//!
//! The world behind the layer is a plain filesystem ([`world`]); a [`host`] answers for it: in small pieces, with
//! errors, while somebody else changes it. Operations run one at a time ([`app`], [`harness`]) or several at once
//! ([`at_once`]). Plans run with a journal, whose list of changes is that of a plain filesystem as long as nobody else
//! changes anything.
//!
//! What differs from a plain filesystem, and is meant to:
//!
//! - a layer that refuses changes answers `read-only` where a volume that is opened read-only does, but lets `create`
//!   open what is there, takes times that are not to change, and a rename between two names of one node;
//! - a read of a file whose changes pass through may be short where the host's is;
//! - listings come in the order of the host's cursors;
//! - where others change the world between two answers, an operation may see part of it before and part of it after,
//!   and ends with `io` where it cannot make sense of it.

mod absolute;
#[path = "../faults/allocator.rs"]
mod allocator;
mod answers;
mod app;
mod at_once;
mod changing;
mod contents;
mod effects;
mod harness;
mod host;
mod lies;
#[path = "../differential/listing.rs"]
#[allow(dead_code, reason = "the other side of `differential` uses it")]
mod listing;
mod live;
mod memory;
mod mixed;
mod mounts;
mod nested;
#[path = "../differential/ours.rs"]
#[allow(dead_code, reason = "only its words are used here")]
mod ours;
mod plans;
mod questions;
mod step;
#[path = "../support/mod.rs"]
mod support;
mod waits;
mod world;
mod woven;
