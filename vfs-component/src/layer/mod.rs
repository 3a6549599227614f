//! What the tree stands on in this variant of the guest, and how an operation on it comes to its end.
//!
//! | feature | the tree stands on | an operation that lacks an answer |
//! | --- | --- | --- |
//! | none | the image | there is none |
//! | `late` | what the host is asked | asks: 0.2 blocks, of 0.3 the task waits; then it is run again |

#[cfg(not(feature = "late"))]
mod image;
#[cfg(feature = "late")]
mod late;

#[cfg(not(feature = "late"))]
pub use image::{Layer, Stop, ended, error_of, failed, lent, new_volume, operate};
#[cfg(feature = "late")]
pub use late::{Asked, Halt, Layer, Question, Stop, ended, error_of, failed, lent, new_volume, operate, task};
