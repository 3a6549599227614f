//! One enum for each step of the pipeline, and [`Error`] over them.

pub use vfs_compose_join::ComposeError;
pub use vfs_compose_pack::{EmbedError, TreeError, WriteError};
pub use vfs_compose_rules::DenyError;
use vfs_compose_rules::InterposeError;
pub use vfs_compose_vfs::{CheckError, LinkError, TailorError, Unlinkable};
pub use vfs_compose_wasi::{AppError, Cause, WitError};

/// Any error of the pipeline.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Reading the app.
    #[error(transparent)]
    App(#[from] AppError),
    /// Denying something to the app, or setting values for it.
    #[error(transparent)]
    Deny(#[from] DenyError),
    /// Collecting the sources of the tree.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// Fitting the vfs to the app.
    #[error(transparent)]
    Tailor(#[from] TailorError),
    /// Putting image and settings into the vfs.
    #[error(transparent)]
    Embed(#[from] EmbedError),
    /// Linking the vfs into the app, when no other form is allowed.
    #[error("the app cannot be linked: try `--form plugged`")]
    Link(#[from] Unlinkable),
    /// Linking, and then plugging too.
    #[error("the app can be neither linked ({linked}) nor plugged")]
    Neither {
        /// Why it cannot be linked.
        linked: Unlinkable,
        /// Why it cannot be plugged.
        #[source]
        plugged: Box<Error>,
    },
    /// Joining the vfs and the app.
    #[error(transparent)]
    Compose(#[from] ComposeError),
    /// Checking the laws on the result.
    #[error(transparent)]
    Check(#[from] CheckError),
    /// Writing the result.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl From<InterposeError> for Error {
    fn from(error: InterposeError) -> Self {
        match error {
            InterposeError::Deny(error) => error.into(),
            InterposeError::App(error) => error.into(),
            InterposeError::Compose(error) => error.into(),
        }
    }
}

impl From<LinkError> for Error {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::Unlinkable(error) => error.into(),
            LinkError::Tailor(error) => error.into(),
        }
    }
}

impl From<WitError> for Error {
    fn from(error: WitError) -> Self {
        TailorError::from(error).into()
    }
}
