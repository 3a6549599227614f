//! A layer whose answers come later, from outside.
//!
//! The core never calls a host. If an operation needs an answer that it does not have, it stops with [`Stop::Ask`]. The
//! caller gets the request answered, by a call that blocks or in a task that waits, and runs the operation again from
//! its start, with the answers so far:
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
//! If an operation will not run again, pass its answers to [`Volume::give_up`](crate::Volume::give_up).
//!
//! - **Queries** may repeat. Because the operation starts afresh, it sees what changed in the tree in the meantime. It
//!   sees changes of the layer itself where it asks again: an answer counts as true until the operation ends, as a
//!   look-up in the middle of a path does on any filesystem.
//! - **An effect** is requested once. Its answer is the answer of the operation, which does not walk its path again. So
//!   nothing that others did in the meantime can turn a change that was made into an error. The operation takes what
//!   opening needs (a slot, and one of `max_open`) before the request.

mod answers;
mod attempt;
mod forward;
mod inode;
mod layer;
mod request;
mod users;

pub use answers::Answers;
pub use attempt::{Late, Outcome};
pub use forward::{Forward, PathForward};
pub use inode::{LateContents, LateInode};
pub use layer::{ChangePolicy, LateLayer, Through};
pub use request::{Answer, Query, Request, Stop};
