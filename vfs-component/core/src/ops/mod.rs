//! The operations, one in each file. Each checks everything and reserves all memory before it changes anything.

mod create_dir;
pub(crate) mod identity;
mod lend;
mod link;
mod live_listing;
mod open;
mod read;
mod read_dir;
mod read_link;
mod remove_dir;
mod rename;
mod set_size;
mod set_times;
mod stat;
mod symlink;
mod sync;
mod unlink;
mod write;

pub use lend::StableBytes;
