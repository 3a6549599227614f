//! The reasons why a composition cannot be made flat.

use vfs_compose_adapter::AdapterError;
use vfs_compose_ir::{Cause, Malformed};

/// A composition that cannot be made one flat component.
#[derive(Debug, thiserror::Error)]
pub enum FlattenError {
    /// The app's component contains a kind of definition that linking does not support.
    #[error("the app's component has {what}, which linking does not support")]
    Part {
        /// The part, in words.
        what: &'static str,
    },
    /// The app's component cannot be parsed.
    #[error("the app's component cannot be parsed")]
    Broken {
        /// The reader's error.
        #[source]
        source: Cause,
    },
    /// No adapter can be generated for a function that one part calls of another.
    #[error(transparent)]
    Adapter(#[from] AdapterError),
    /// An export makes a component inside the app borrow a resource that another component defines.
    #[error("`{function}` lends a component inside the app a resource that is not its own")]
    Borrowed {
        /// The function's name.
        function: String,
    },
}

impl From<Malformed> for FlattenError {
    fn from(error: Malformed) -> Self {
        match error {
            Malformed::Part { what } => Self::Part { what },
            Malformed::Broken { source } => Self::Broken { source },
        }
    }
}
