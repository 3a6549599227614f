//! Every allocation fails once, and every limit is hit at every step: each operation says so and changes nothing, the
//! tree is whole, and what was acknowledged before is there.

mod allocator;
mod apply;
mod calls;
mod limits;
#[path = "../differential/listing.rs"]
mod listing;
mod memory;
#[path = "../differential/ours.rs"]
mod ours;
mod plans;
#[path = "../support/mod.rs"]
mod support;
