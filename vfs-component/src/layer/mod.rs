//! The layer of this variant of the guest, and how operations on it come to their end.
//!
//! | feature | layer | an operation that needs an answer |
//! | --- | --- | --- |
//! | none | the image | does not occur |
//! | `late` | the host's answers, for tests | asks: 0.2 blocks, in 0.3 the task waits; then it runs again |
//! | `mounts` | the image, and directories of the host in it | asks by calls that block; then it runs again |

#[cfg(feature = "asks")]
mod asking;
#[cfg(not(feature = "asks"))]
mod image;
#[cfg(not(feature = "mounts"))]
mod in_volume;
#[cfg(feature = "late")]
mod late;
#[cfg(feature = "mounts")]
mod mounts;

#[cfg(feature = "asks")]
pub use asking::{Halt, Stop, ended, error_of, failed, operate};
#[cfg(not(feature = "asks"))]
pub use image::{Layer, Stop, ended, error_of, failed, lent, new_volume, operate, settle};
#[cfg(not(feature = "mounts"))]
pub use in_volume::{append, metadata_hash_at, open_at, open_preopen, read, stat_at, write};
#[cfg(feature = "late")]
pub use late::{Asked, Layer, Question, lent, new_volume, task};
#[cfg(feature = "mounts")]
pub use mounts::{
    Layer, append, direct, lent, metadata_hash_at, new_volume, open_at, open_preopen, read, stat_at, write,
};

#[cfg(feature = "late")]
pub use asking::{attempt, keeping};
#[cfg(feature = "late")]
use late::ask;
#[cfg(feature = "late")]
pub use late::settle;
#[cfg(feature = "mounts")]
pub use mounts::{ask, settle};
