//! WASI's WIT, and what an app imports of it.
//!
//! ```text
//! name      names of interfaces with their versions
//! wasi      the WIT of WASI 0.2 and 0.3, and what of it the vfs has
//! same      whether two functions or types are the same, whatever their versions
//! demand    which functions and types of which interfaces are asked for
//! app       an app as a component, and what it imports
//! ```
#![forbid(unsafe_code)]

mod app;
mod demand;
mod error;
mod name;
mod same;
mod wasi;

pub use app::{App, FILESYSTEM, require_component};
pub use demand::{Demand, Demands, close};
pub use error::{AppError, Cause, WitError};
pub use name::{InterfaceName, TRACK_3, base};
pub use wasi::{ERRORS, FILES, LATE_TREE, PUMP, PUMP_VERSION, Wasi, is_in_version, path_of, stable};
