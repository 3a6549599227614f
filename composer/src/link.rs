//! The linked form: the vfs inside the app's own component, called through glue instead of across a component boundary.

// Taken out when the composer calls this.
#![allow(dead_code)]

mod glue;

/// Why an app cannot be linked with the vfs. It can still be plugged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Unlinkable {
    /// A type in a served function that the glue cannot carry over.
    #[error("`{function}` has {what} in its signature, which linking does not carry")]
    Type {
        /// The function's name.
        function: String,
        /// The kind of type, in words.
        what: &'static str,
    },
    /// A function that is not called as plain functions are.
    #[error("`{function}` is asynchronous, and linking carries only plain calls")]
    Async {
        /// The function's name.
        function: String,
    },
    /// A function that moves bytes, lowered without a memory, or one that returns lists, lowered without a realloc.
    #[error("`{function}` is lowered without {what}")]
    Lowering {
        /// The function's name.
        function: String,
        /// What is missing.
        what: &'static str,
    },
}
