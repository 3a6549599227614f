//! The language of plans: random operations on a small tree, as text, and what Linux answers to them.
//!
//! A plan is made of a seed ([`generate`]), carried out by a [`Side`] (the core natively, a whole component by a guest that reads the
//! text, Linux by [`linux`]), and each side says the same lines: one for every operation, and one for everything that is there at the
//! end. A plan that fails is made [`minimal`].
//!
//! ```text
//! random ─▶ generate ─▶ op ◀─ text
//!                       ▲
//!    shrink ────────────┤
//!    side ──────────────┤
//!    linux ─▶ side, lower
//! ```
#![forbid(unsafe_code)]

mod generate;
#[cfg(all(feature = "linux", target_os = "linux"))]
pub mod linux;
mod lower;
mod op;
mod random;
mod shrink;
mod side;
mod text;

pub use generate::{generate, generate_with};
pub use lower::{ITEMS, Item, Items, built, split};
pub use op::{At, NewTime, Op, SLOTS, STREAMS};
pub use random::Random;
pub use shrink::minimal;
pub use side::{Answer, Facts, Kind, Side, Tree, carry_out, pattern, read_in_pieces, summary, tree_lines};
pub use text::{parse, print};
