//! The layer of this variant of the guest, and how operations on it come to their end.
//!
//! | feature | layer | an operation that needs an answer |
//! | --- | --- | --- |
//! | none | the image | does not occur |
//! | `late` | the host's answers | asks: 0.2 blocks, in 0.3 the task waits; then it runs again |

#[cfg(not(feature = "late"))]
mod image;
#[cfg(feature = "late")]
mod late;

#[cfg(not(feature = "late"))]
pub use image::{Layer, Stop, ended, error_of, failed, lent, new_volume, operate};
#[cfg(feature = "late")]
pub use late::{Asked, Halt, Layer, Question, Stop, ended, error_of, failed, lent, new_volume, operate, task};
