//! The report of a composition, for people and programs.

use serde::Serialize;
use vfs_compose_pack::{Form, ImageReport, Remarks};

/// The parts of a composition. Sizes are in bytes.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// How the app and the vfs are joined.
    pub form: Form,
    /// Why the app is not linked, if linking was tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_linked: Option<String>,
    /// The size of the whole result.
    pub size: u64,
    /// The size of the app as a component; 0 without an app.
    pub app: u64,
    /// The size of the vfs without its image: of its component or, in the linked form, of its module.
    pub vfs: u64,
    /// The counts of the image's files.
    pub image: ImageReport,
    /// The names of the imports of the result.
    pub imports: Vec<String>,
    /// The names of the exports of the result.
    pub exports: Vec<String>,
    /// Warnings and notes.
    #[serde(flatten)]
    pub remarks: Remarks,
}
