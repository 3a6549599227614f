//! What the tree stands on in this variant of the guest, and how an operation on it comes to its end.
//!
//! | feature | the tree stands on | an operation that lacks an answer |
//! | --- | --- | --- |
//! | none | the image | there is none |
//! | `late` | what the host is asked | asks: 0.2 blocks, of 0.3 the task waits; then it is run again |

#[cfg(not(feature = "late"))]
mod image;
#[cfg(not(feature = "late"))]
pub use image::{Layer, ended, error_of, new_volume, operate};

#[cfg(feature = "late")]
mod late;
#[cfg(feature = "late")]
pub use late::{Layer, ended, error_of, new_volume, operate};

/// Why an operation cannot go on.
pub type Stop = <Layer as vfs_core::Layer>::Stop;
