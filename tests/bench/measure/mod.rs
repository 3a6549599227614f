//! One file for each kind of measurement.

pub mod boundary;
pub mod bulk;
pub mod compose;
pub mod guest;
pub mod memory;
pub mod size;
pub mod start;
