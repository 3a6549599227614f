//! The layer of this variant of the guest, and how operations on it come to their end.
//!
//! | feature | layer | an operation that needs an answer |
//! | --- | --- | --- |
//! | none | the image | does not occur |
//! | `mounts` | the image, and directories of the host in it | asks by calls that block; then it runs again |
//! | `mounts3` | the same, by WASI 0.3 | its task waits for the answer; then it runs again |
//! | `late` | the host's answers, for tests | the one in 0.2, the other in 0.3 |

#[cfg(feature = "asks")]
mod asking;
#[cfg(not(feature = "asks"))]
mod image;
#[cfg(not(all(feature = "mounts", not(feature = "mounts3"))))]
mod in_volume;
#[cfg(feature = "late")]
mod late;
#[cfg(feature = "mounts")]
mod mounts;
#[cfg(feature = "tasks")]
pub mod tasks;

#[cfg(feature = "asks")]
pub use asking::{Halt, Stop, ended, error_of, failed, operate};
#[cfg(not(feature = "asks"))]
pub use image::{Layer, Stop, ended, error_of, failed, lent, new_volume, operate, settle};
#[cfg(not(feature = "mounts"))]
pub use in_volume::open_preopen;
#[cfg(not(all(feature = "mounts", not(feature = "mounts3"))))]
pub use in_volume::{append, metadata_hash_at, open_at, read, stat_at, write};
#[cfg(feature = "late")]
pub use late::{Layer, lent, new_volume, settle};
#[cfg(feature = "mounts")]
pub use mounts::{Layer, lent, new_volume, open_preopen, settle};
#[cfg(all(feature = "mounts", not(feature = "mounts3")))]
pub use mounts::{append, direct, metadata_hash_at, open_at, read, stat_at, write};
#[cfg(feature = "mounts3")]
pub use mounts::{finish_start, streams};

#[cfg(feature = "tasks")]
use asking::{attempt, keeping};
#[cfg(feature = "late")]
use late::{answer_later, ask, hold};
#[cfg(all(feature = "mounts", not(feature = "mounts3")))]
pub use mounts::ask;
#[cfg(feature = "mounts3")]
use mounts::{answer_later, hold};
#[cfg(feature = "mounts3")]
use tasks::answer_now as ask;
