//! The vfs for one app: the parts that the app needs, in front of the app or inside of it.
//!
//! ```text
//! added_imports  what flags add to the imports of the app
//! end          makes an app tell its host what it has written, when it ends
//! guest        the vfs's core module as built, in its variants
//! specialize   reduces the module to what this app needs, at the app's versions
//! wrap         wraps host interfaces whose signatures mention resources of the vfs
//! p3_entry     adds to an app of WASI 0.3 what starts and stops the vfs's streams
//! link         puts the vfs inside the app's own component
//! check        checks the laws on the result
//! ```
#![forbid(unsafe_code)]

mod added_imports;
pub mod check;
pub mod end;
mod error;
pub mod guest;
pub mod link;
pub mod p3_entry;
pub mod specialize;
pub mod wrap;

pub use added_imports::{AddedImports, HOST_DIR, has_mounts_by_0_3};
pub use error::{CheckError, TailorError};
pub use link::{LinkError, Unlinkable};
