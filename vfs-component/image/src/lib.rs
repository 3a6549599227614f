//! EROFS images: bytes only.
//!
//! [`Image`] reads an image where it lies: no allocation, no copy, no index made at start, and no trust in a single byte
//! of it. It needs neither `std` nor `alloc`. Read and written is the uncompressed part of EROFS (flat-plain and
//! flat-inline layouts, 4 KiB blocks); everything else is an [`ImageError`] that says so.
//!
//! ```
//! # fn show(bytes: &[u8]) -> Result<(), vfs_image::ImageError> {
//! let image = vfs_image::Image::new(bytes)?;
//! let root = image.inode(image.root())?;
//! if let Some(entry) = image.lookup(&root, b"hello.txt")? {
//!     let file = image.inode(entry.nid)?;
//!     let start = image.data(&file, 0)?;
//!     assert!(start.len() as u64 <= file.size);
//! }
//! # Ok(())
//! # }
//! ```
#![no_std]
#![forbid(unsafe_code)]

mod bytes;
mod dirent;
mod error;
mod inode;
mod reader;
mod superblock;
mod time;

pub use dirent::{DirEntry, Entries};
pub use error::ImageError;
pub use inode::{FileKind, Inode, Nid};
pub use reader::Image;
pub use time::Timestamp;
