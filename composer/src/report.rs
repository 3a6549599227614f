//! What was done, for people and programs.

use serde::Serialize;
use vfs_compose_pack::{Form, ImageReport};

/// What one composition is made of. Sizes are in bytes.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// How it is joined.
    pub form: Form,
    /// Why it is not linked, where that was tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_linked: Option<String>,
    /// The whole result.
    pub size: u64,
    /// The app, as a component; 0 where there is none.
    pub app: u64,
    /// The vfs without its image: its component, or linked its module.
    pub vfs: u64,
    /// The image.
    pub image: ImageReport,
    /// What the result asks of its host.
    pub imports: Vec<String>,
    /// What the result gives.
    pub exports: Vec<String>,
    /// What was left out of the image.
    pub warnings: Vec<String>,
}
