//! The vfs for one app: what of it the app needs, in front of the app or inside of it.
//!
//! ```text
//! guest     the vfs's core module, as it was built, in its variants
//! tailor    what of it this app needs, at the app's versions
//! wrap      interfaces of the host's that share the vfs's resources
//! tasks     what starts the streams of WASI 0.3
//! link      the vfs inside the app's own component
//! check     the laws, on the result
//! ```
#![forbid(unsafe_code)]

pub mod check;
mod error;
pub mod guest;
pub mod link;
pub mod tailor;
pub mod tasks;
pub mod wrap;

pub use error::{CheckError, TailorError};
pub use link::{LinkError, Unlinkable};
