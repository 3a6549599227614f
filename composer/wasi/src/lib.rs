//! WASI's WIT, and the parts of it that an app imports.
//!
//! ```text
//! name            names of interfaces with their versions
//! wasi            the WIT of WASI 0.2 and 0.3, and the parts of it that the vfs provides
//! type_eq         compares functions and types, regardless of versions
//! copy            copies of interfaces at the versions that are wanted
//! interface_use   the functions and types that are used, by interface
//! app_kind        tells components from core modules
//! app             an app as a component, with its imports
//! ```
#![forbid(unsafe_code)]

mod app;
mod app_kind;
mod copy;
mod error;
mod interface_use;
mod name;
mod type_eq;
mod wasi;

pub use app::{App, FILESYSTEM, function_type};
pub use app_kind::{AppKind, app_kind, require_component};
pub use copy::copy_interfaces;
pub use error::{AppError, Cause, WitError};
pub use interface_use::{InterfaceUse, InterfaceUses, close};
pub use name::{InterfaceName, Track, base};
pub use wasi::{END, ERRORS, FILES, LATE_TREE, PUMP, PUMP_VERSION, Wasi, is_in_version, path_of, stable};
