//! EROFS images, as bytes.
//!
//! [`Image`] reads an image in place: it allocates and copies nothing, builds no index at start, and trusts no byte of
//! the image. It needs neither `std` nor `alloc`. The crate reads and writes the uncompressed part of EROFS (flat-plain
//! and flat-inline layouts, 4 KiB blocks); for everything else there is an [`ImageError`].
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
//!
//! With the feature `alloc`, the crate also writes: from [`Tree`] by way of [`Layout`] to bytes. Contents come from a
//! [`Source`] and the image goes to a [`Sink`], a piece at a time; a lack of memory is an error. With `std`, every
//! [`std::io::Read`] is a source and every [`std::io::Write`] a sink, and there are functions for tools: [`validate`],
//! [`Walk`], [`find`], [`extract`], [`dump`], and [`Tree::import`] to make one image of several.
//!
//! ```
//! use vfs_image::{Attributes, Image, Layout, Timestamp, Tree};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let attributes = Attributes { mode: 0o755, modified: Timestamp::default() };
//! let mut tree = Tree::new(attributes);
//! let etc = tree.add_directory(tree.root(), b"etc", attributes)?;
//! tree.add_file(etc, b"motd", attributes, 5, "hello")?;
//!
//! let layout = Layout::new(&tree, Timestamp::default())?;
//! let mut bytes = Vec::new();
//! layout.write(&mut bytes, |text| Ok(text.as_bytes()), |_done| {})?;
//! assert_eq!(bytes.len() as u64, layout.size());
//!
//! let image = Image::new(&bytes)?;
//! let motd = vfs_image::find(&image, b"/etc/motd")?;
//! assert_eq!(image.data(&motd, 0)?, b"hello");
//! # Ok(())
//! # }
//! ```
#![no_std]
#![forbid(unsafe_code)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod error;
mod time;

mod bytes;
mod superblock;

mod inode;

mod dirent;

mod reader;

#[cfg(feature = "alloc")]
mod memory;
#[cfg(feature = "alloc")]
mod names;
#[cfg(feature = "alloc")]
mod tree;

#[cfg(feature = "alloc")]
mod bins;
#[cfg(feature = "alloc")]
mod directory;
#[cfg(feature = "alloc")]
mod layout;
#[cfg(feature = "alloc")]
mod pack;
#[cfg(feature = "alloc")]
mod place;

#[cfg(feature = "alloc")]
mod stream;
#[cfg(feature = "alloc")]
mod transfer;
#[cfg(feature = "alloc")]
mod write;
#[cfg(feature = "alloc")]
mod write_error;

#[cfg(feature = "std")]
mod damage;
#[cfg(feature = "std")]
mod walk;

#[cfg(feature = "std")]
mod contents;
#[cfg(feature = "std")]
mod dump;
#[cfg(feature = "std")]
mod extract;
#[cfg(feature = "std")]
mod find;
#[cfg(feature = "std")]
mod import;
#[cfg(feature = "std")]
mod validate;

pub use dirent::{DirEntry, Entries};
pub use error::ImageError;
pub use inode::{FileKind, Inode, Nid};
pub use reader::Image;
pub use time::Timestamp;

#[cfg(feature = "std")]
pub use self::{
    contents::Contents,
    damage::{Damage, Problem, printable},
    dump::{DumpError, dump},
    extract::{ExtractError, Extracted, extract},
    find::{FindError, find},
    import::{ImportError, Skipped},
    validate::{Summary, check_superblock, validate},
    walk::{Walk, WalkEntry},
};
#[cfg(feature = "alloc")]
pub use self::{
    layout::{Layout, LayoutError},
    names::Names,
    transfer::{Sink, Source},
    tree::{Attributes, Content, MAX_LINK_TARGET, Node, NodeIndex, Tree, TreeError},
    write_error::WriteError,
};
