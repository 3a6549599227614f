//! Executed.
