//! What changed: by case, and over random plans.

mod cases;
#[path = "../differential/listing.rs"]
mod listing;
mod model;
#[path = "../differential/ours.rs"]
#[allow(dead_code, reason = "the comparison with Linux uses all of it")]
mod ours;
mod plans;
#[path = "../support/mod.rs"]
mod support;
