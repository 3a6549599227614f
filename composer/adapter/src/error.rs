//! Why there is no adapter for a function.

/// A function that has no adapter.
#[derive(Debug, thiserror::Error)]
pub enum AdapterError {
    /// A type, in a function that the vfs provides, that linking does not support.
    #[error("`{function}` has {what} in its signature, which linking does not support")]
    Type {
        /// The function's name.
        function: String,
        /// The kind of type, in words.
        what: &'static str,
    },
    /// An asynchronous function.
    #[error("`{function}` is asynchronous, and linking supports only synchronous calls")]
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
