//! What can go wrong when two components are joined.

/// The error of a tool that this crate builds on, as it came.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// The vfs and the app cannot be composed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ComposeError {
    /// One of the two is not a component.
    #[error("the {what} cannot be used in the composition")]
    Package {
        /// `vfs` or `app`.
        what: &'static str,
        /// The composer's error.
        #[source]
        source: Cause,
    },
    /// The types of one interface do not fit.
    #[error("`{interface}` of the vfs does not match the app's import")]
    Argument {
        /// The interface.
        interface: String,
        /// The composer's error.
        #[source]
        source: Cause,
    },
    /// An export of the app cannot be passed on.
    #[error("the result cannot re-export `{name}` of the app")]
    Export {
        /// The export.
        name: String,
        /// The composer's error.
        #[source]
        source: Cause,
    },
    /// The composition cannot be written down.
    #[error("the composition cannot be encoded")]
    Encode {
        /// The composer's error.
        #[source]
        source: Cause,
    },
}
