//! Errors: one enum for each step of the pipeline, and [`Error`] for all of them.

use vfs_compose_pack::Remark;

pub use vfs_compose_join::ComposeError;
pub use vfs_compose_pack::{EmbedError, Room, TreeError, WriteError};
pub use vfs_compose_rules::DenyError;
pub use vfs_compose_vfs::{CheckError, LinkError, TailorError, Unlinkable};
pub use vfs_compose_wasi::{AppError, Cause, WitError};
pub use vfs_preview1::WorldError;

pub use crate::mounts::MountError;

/// An error of any step of the pipeline.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The app cannot be read.
    #[error(transparent)]
    App(#[from] AppError),
    /// A module cannot have the exports of the world that [`Composer::wit`](crate::Composer::wit) names.
    #[error(transparent)]
    World(#[from] WorldError),
    /// A rule cannot be applied, or values cannot be set.
    #[error(transparent)]
    Deny(#[from] DenyError),
    /// A source of the tree cannot be used.
    #[error(transparent)]
    Tree(TreeError),
    /// Directories of the host cannot be in the tree.
    #[error(transparent)]
    Mount(#[from] MountError),
    /// The vfs cannot be tailored to the app.
    #[error(transparent)]
    Tailor(#[from] TailorError),
    /// The image or the settings cannot be embedded in the vfs.
    #[error(transparent)]
    Embed(#[from] EmbedError),
    /// The app cannot be linked, and can be plugged, which was not allowed.
    #[error("the app cannot be linked: try `--form plugged`")]
    Link(#[from] Unlinkable),
    /// The app cannot be plugged, and can be linked, which was not allowed.
    #[error("the app cannot be plugged: try `--form linked`")]
    Plug(#[source] Box<AppError>),
    /// The app can be neither linked nor plugged.
    #[error("the app can be neither linked ({linked}) nor plugged")]
    Neither {
        /// Why it cannot be linked.
        linked: Unlinkable,
        /// Why it cannot be plugged.
        #[source]
        plugged: Box<Error>,
    },
    /// The vfs and the app cannot be joined.
    #[error(transparent)]
    Compose(#[from] ComposeError),
    /// The result breaks a law.
    #[error(transparent)]
    Check(#[from] CheckError),
    /// The app has a vfs inside already.
    #[error("the app has been composed before: its files are inside")]
    ComposedBefore,
    /// The app is a vfs alone.
    #[error("the app is a vfs alone: it has files and no program")]
    VfsAlone,
    /// A preview1 module whose exports have no component types, so the result would export nothing.
    #[error("the result would export nothing: a component cannot export {}, for want of component types", lost.join(", "))]
    NoExports {
        /// The functions that would be lost, quoted.
        lost: Vec<String>,
    },
    /// There are warnings, and [`Composer::strict`](crate::Composer::strict) makes them errors.
    #[error("{}", join(warnings))]
    Strict {
        /// The warnings.
        warnings: Vec<Remark>,
    },
    /// The result cannot be written.
    #[error(transparent)]
    Write(WriteError),
    /// The observer of [`Composer::on_progress`](crate::Composer::on_progress) wanted no more.
    #[error("stopped")]
    Stopped,
}

fn join(warnings: &[Remark]) -> String {
    warnings.iter().map(|warning| warning.message.as_str()).collect::<Vec<_>>().join("; ")
}

impl From<TreeError> for Error {
    fn from(error: TreeError) -> Self {
        match error {
            TreeError::Stopped => Self::Stopped,
            error => Self::Tree(error),
        }
    }
}

impl From<WriteError> for Error {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Source(error) => error.into(),
            error => Self::Write(error),
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
