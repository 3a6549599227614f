//! A volume as what the calls of a preview1 program act on.
//!
//! [`OnVolume`] is a [`System`] whose files are those of a [`Volume`], and whose directories are those of a
//! [`Session`]. For the rest, the standard streams and what else the host of a program has, it asks a [`Host`].
#![no_std]
#![forbid(unsafe_code)]

mod errno;
mod host;
mod system;

pub use errno::errno;
pub use host::{Host, State};
pub use system::{Listing, OnVolume};

#[cfg(doc)]
use vfs_core::{Session, Volume};
#[cfg(doc)]
use vfs_preview1_abi::System;
