//! The image's place in a component: said by a custom section of the component that the vfs's module is in, found again by it, and filled while the component is written.
//!
//! A composition is made with the place empty. Only the data segment's own length and the sizes of the sections around it change
//! when the image is put in, so everything else is known, and checked, before the first byte is written.

mod locate;
mod splice;

use serde::{Deserialize, Serialize};

use crate::Form;
use crate::error::EmbedError;

pub use locate::{Found, find};
pub use splice::Splice;

/// Name of the custom section: in the vfs component, or linked in the app's.
const SECTION: &str = "vfs-compose";
/// The most bytes of a module or component that engines load (wasmparser's limit, which wasmtime and others share).
pub const MAX_MODULE: u64 = 1 << 30;

/// What the custom section says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// How the app and the vfs are joined.
    #[serde(default)]
    pub form: Form,
    /// Why it is not linked, where that was tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_linked: Option<String>,
    /// What is not the host's, by key and text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policy: Vec<(String, String)>,
    /// The vfs's module, counted among those of the component that has the section.
    #[serde(default)]
    pub module: u32,
    /// The reserved space for the image.
    pub image: Place,
    /// The encoded settings of the vfs.
    pub settings: Place,
}

/// Bytes in the vfs's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Address.
    pub offset: u32,
    /// Bytes.
    pub size: u32,
}

/// Appends the custom section to a component with the vfs's module.
pub fn describe(component: &mut Vec<u8>, description: Description) {
    let data = serde_json::to_vec(&description).unwrap_or_default();
    let section = wasm_encoder::CustomSection { name: SECTION.into(), data: data.into() };
    component.push(wasm_encoder::ComponentSectionId::CoreCustom.into());
    wasm_encoder::Encode::encode(&section, component);
}

/// The image's size as the vfs knows it.
///
/// # Errors
/// [`EmbedError::TooLarge`]: with `vfs` bytes around it no engine would load it.
pub fn checked_size(image: u64, vfs: u64) -> Result<u32, EmbedError> {
    // Headers of the sections around the image grow by a few bytes each.
    let total = image.saturating_add(vfs).saturating_add(64);
    let too_large = EmbedError::TooLarge { image, total, limit: MAX_MODULE };
    if total > MAX_MODULE { Err(too_large) } else { u32::try_from(image).map_err(|_| too_large) }
}
