//! The reasons why no adapter can be generated for a function.

/// A function for which no adapter can be generated.
#[derive(Debug, thiserror::Error)]
pub enum AdapterError {
    /// The signature of the function contains a type that adapters do not support.
    #[error("`{function}` has {what} in its signature, which linking does not support")]
    Type {
        /// The function's name.
        function: String,
        /// The kind of type, in words.
        what: &'static str,
    },
    /// The function is asynchronous.
    #[error("`{function}` is asynchronous, and linking supports only synchronous calls")]
    Async {
        /// The function's name.
        function: String,
    },
    /// The function passes values in memory but is lowered without a memory, or returns lists but is lowered without a
    /// realloc.
    #[error("`{function}` is lowered without {what}")]
    Lowering {
        /// The function's name.
        function: String,
        /// `a memory` or `a realloc`.
        what: &'static str,
    },
}
