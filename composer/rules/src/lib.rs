//! What an app may not ask of its host, and what it is given instead.
//!
//! ```text
//! policy       what the vfs answers itself: environment, standard streams, clocks, random numbers
//! front        components before the app that deny, or answer instead of the host
//! ```
#![forbid(unsafe_code)]

mod error;
pub mod front;
pub mod policy;

pub use error::{DenyError, InterposeError};
pub use front::{Denial, Rules};
pub use policy::{Inherited, Policy, PolicyError};
