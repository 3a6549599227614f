//! A component as a list of definitions that can be added to, replaced and left out.
//!
//! Every definition keeps the number it was read with, and new ones get numbers after those. A number is only a name here: what
//! stands in the written component follows from the order of the definitions, and every reference is put right then.

mod emit;
mod items;
mod live;
mod read;
mod references;
mod writer;

pub(super) use items::{Component, Definition, Id, Item, Space, of_kind};
pub(super) use references::references;
pub(super) use writer::Writer;
