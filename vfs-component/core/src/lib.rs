//! A lazy copy-on-write in-memory filesystem over an immutable image, with no WIT in it.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod limits;
pub mod settings;
