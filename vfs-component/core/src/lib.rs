//! A lazy copy-on-write in-memory filesystem over an immutable image, with no WIT in it.
//!
//! [`Fs`] has one method for each operation of `wasi:filesystem/types`. An app's descriptor is an [`OpenFile`]; paths
//! are relative to one. A node that nobody has opened or changed is read in place in the image and uses no memory. The
//! first change of a directory's entries copies them up; the first write to a part of a file copies up that part.
//!
//! ```
//! use vfs_core::{Clock, DescriptorFlags, Error, FollowFinalLink, Fs, Limits, OpenFlags, Rights, Timestamp};
//!
//! struct NoClock;
//! impl Clock for NoClock {
//!     fn now(&mut self) -> Option<Timestamp> {
//!         None
//!     }
//! }
//!
//! # fn main() -> Result<(), Error> {
//! let mut fs = Fs::new(None, NoClock, Limits::default())?;
//! let root = fs.open_root(Rights::default())?;
//! let flags = DescriptorFlags::READ | DescriptorFlags::WRITE;
//! let file = fs.open_at(&root, "hello.txt", FollowFinalLink::Yes, OpenFlags::CREATE, flags)?;
//! fs.write(&file, 0, b"hello")?;
//! fs.rename_at(&root, "hello.txt", &root, "greeting.txt")?;
//! let mut gather = Vec::new();
//! assert_eq!(fs.read(&file, 0, 100, &mut gather)?, b"hello");
//! fs.close(file);
//! fs.close(root);
//! # Ok(())
//! # }
//! ```
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod changes;
pub mod check;
pub mod limits;
pub use vfs_abi::settings;

mod clock;
mod dir_stream;
mod error;
mod fs;
mod handles;
mod journal;
mod layer;
mod loading;
mod name;
mod name_cache;
mod node;
mod open_file;
mod ops;
mod path;
mod resolve;
mod session;
mod tree;

pub use changes::{Change, ChangedContents, ChangedNode, Mark};
pub use clock::{Clock, NewTimestamp};
pub use dir_stream::{DirEntry, DirItem, DirStream};
pub use error::Error;
pub use fs::{Fs, Usage, Volume};
pub use handles::{Handles, SPARE};
pub use journal::{Journal, Tracked, Untracked};
pub use layer::{
    Contents, Effect, ImageExtents, ImageLayer, Layer, LayerInode, LayerNode, Listed, ListedOf, Mount, Performed,
    PlacedName, Woven, WovenBytes, WovenContents, WovenInode, late,
};
pub use limits::Limits;
pub use node::Stat;
pub use open_file::{DescriptorFlags, FollowFinalLink, OpenFile, OpenFlags};
pub use ops::StableBytes;
pub use path::Component;
pub use session::{DirectoryRights, Preopens, Rights, Session};
pub use vfs_image::{FileKind, Timestamp};

/// Read where there are no bytes: from holes, and instead of what somebody else has cut off.
pub static ZEROS: [u8; 4096] = [0; 4096];
