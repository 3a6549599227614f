//! Virtualization rules: what an app may use of its host, and what replaces the rest.
//!
//! ```text
//! policy       what the vfs itself virtualizes: environment, standard streams, clocks, random numbers
//! interpose    components in front of the app that deny calls or replace values
//! ```
#![forbid(unsafe_code)]

pub mod authority;
mod error;
pub mod interpose;
pub mod policy;

pub use error::DenyError;
pub use interpose::{Denial, Rules};
pub use policy::{Inherited, Policy, PolicyError};
