//! A layer whose answers come from outside, later.
//!
//! The core never calls a host. An operation that needs something that is not at hand stops with [`Stop::Ask`]. Whoever called it has
//! the request answered, by a call that blocks or in a task that waits, and runs the operation again from its start with the
//! answers that it has so far:
//!
//! ```
//! # use vfs_core::{Clock, Error, FollowFinalLink, OpenFile, Stat, Volume};
//! # use vfs_core::late::{Answer, Answers, LateLayer, Request, Stop};
//! fn stat<C: Clock>(
//!     volume: &mut Volume<LateLayer, C>,
//!     at: &OpenFile,
//!     mut ask: impl FnMut(&Request) -> Result<Answer, Error>,
//! ) -> Result<Stat, Error> {
//!     let mut answers = Answers::new();
//!     loop {
//!         match volume.attempt(&mut answers, |volume| volume.stat_at(at, "a/b", FollowFinalLink::Yes)) {
//!             // Nothing of the volume is borrowed here, and nothing is half done.
//!             Err(Stop::Ask(request)) => {
//!                 let answer = ask(&request);
//!                 answers.add(request, answer)?;
//!             }
//!             Err(Stop::Error(error)) => return Err(error),
//!             Ok(stat) => return Ok(stat),
//!         }
//!     }
//! }
//! ```
//!
//! An operation that is given up gives its answers back with [`Volume::give_up`](crate::Volume::give_up).
//!
//! - **Queries** may repeat. What changed in the tree while one was answered is seen, because the operation starts afresh.
//!   What changed in the layer itself is seen where it is asked again: an answer counts as true until the operation ends, as a
//!   look-up on the way of a path does on any filesystem.
//! - **An effect** is asked for once. Its answer is the operation's: it is not walked again, so nothing that others did meanwhile can
//!   turn a change that was made into an error. What opening needs (a slot, and one of `max_open`) is taken before.

mod answers;
mod attempt;
mod inode;
mod layer;
mod request;

pub use answers::Answers;
pub use attempt::{Forward, Late, Outcome};
pub use inode::{LateContents, LateInode};
pub use layer::{ChangePolicy, LateLayer, Through};
pub use request::{Answer, Query, Request, Stop};
