//! The errors of joining components.

/// The error of a tool that this crate uses, unchanged.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Components cannot be joined.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ComposeError {
    /// One of them is not a valid component.
    #[error("the {what} cannot be used in the composition")]
    Package {
        /// The component, in words: `app`, `vfs` or the like.
        what: &'static str,
        /// The error of the WAC library.
        #[source]
        source: Cause,
    },
    /// An exported interface has other types than the import that it would provide.
    #[error("`{interface}` of the {what} does not match the app's import")]
    Argument {
        /// The exporting component, in words.
        what: &'static str,
        /// The interface.
        interface: String,
        /// The error of the WAC library.
        #[source]
        source: Cause,
    },
    /// An export of the app cannot be exported again.
    #[error("the result cannot re-export `{name}` of the app")]
    Export {
        /// The export.
        name: String,
        /// The error of the WAC library.
        #[source]
        source: Cause,
    },
    /// The composition cannot be encoded.
    #[error("the composition cannot be encoded")]
    Encode {
        /// The error of the WAC library.
        #[source]
        source: Cause,
    },
}
