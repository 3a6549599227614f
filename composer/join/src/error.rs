//! The errors of joining two components.

/// The error of a tool that this crate uses, unchanged.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// The vfs and the app cannot be joined.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ComposeError {
    /// One of the two is not a valid component.
    #[error("the {what} cannot be used in the composition")]
    Package {
        /// `vfs` or `app`.
        what: &'static str,
        /// The error of the WAC library.
        #[source]
        source: Cause,
    },
    /// An interface of the vfs has other types than the app's import.
    #[error("`{interface}` of the vfs does not match the app's import")]
    Argument {
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
