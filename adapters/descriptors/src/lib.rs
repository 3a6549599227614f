//! File descriptors as POSIX has them: numbers, each of which refers to an open description.
//!
//! Every ABI of core modules needs this table, whatever its functions are called. An open description is one open of a
//! file: its position and its flags belong to it, so numbers that refer to one description share them. Numbers are the
//! lowest free ones.
//!
//! ```
//! use vfs_descriptors::{Description, Flags, Table};
//!
//! # fn main() -> Result<(), vfs_descriptors::Full> {
//! let mut table: Table<&str> = Table::new(1024);
//! table.reserve()?;
//! let number = table.insert(Description::new("a file", Flags::NONE))?;
//! let other = table.duplicate(number, 10)?.unwrap();
//! table.with(number, |description| description.position = 7);
//! assert_eq!((number, other), (0, 10));
//! assert_eq!(table.with(other, |description| description.position), Some(7));
//! // The file comes out with the last number that refers to it.
//! assert!(table.remove(number).unwrap().is_none());
//! assert_eq!(table.remove(other).unwrap().unwrap().file, "a file");
//! # Ok(())
//! # }
//! ```
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod description;
mod interposer;
mod numbers;
mod table;

pub use description::{Description, Flags};
pub use interposer::Interposer;
pub use table::{Closed, Full, Table};
