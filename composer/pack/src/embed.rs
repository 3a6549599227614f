//! Reserves space for the image in the vfs module, records its location in a custom section of the component that
//! contains the module, and fills it while the output is written.
//!
//! A component is composed with the space empty. Filling it changes only the length of one data segment and the sizes
//! of the sections around it, so everything else is known, and checked, before the first byte is written.

mod locate;
mod splice;

use serde::{Deserialize, Serialize};

use crate::Form;
use crate::error::EmbedError;
use crate::image::Packed;

pub use locate::{Found, find};
pub use splice::Splice;

/// Name of the custom section. It is in the vfs component or, in the linked form, in the app's component.
const SECTION: &str = "vfs-compose";
/// The largest module or component that engines load, in bytes: wasmparser's limit, which wasmtime and others share.
pub const MAX_MODULE: u64 = 1 << 30;

/// The content of the custom section.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// How the app and the vfs are joined.
    #[serde(default)]
    pub form: Form,
    /// Why the app is not linked, if linking was tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_linked: Option<String>,
    /// The policy lines, as (key, text) pairs: everything that the result does not take from the host.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policy: Vec<(String, String)>,
    /// What flags add to the imports of the app, as (import, flag) pairs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<(String, String)>,
    /// The index of the vfs module among the modules of the component with this section.
    #[serde(default)]
    pub module: u32,
    /// The reserved space for the image.
    pub image: ByteRange,
    /// The encoded settings of the vfs.
    pub settings: ByteRange,
}

/// A range of bytes in the memory of the vfs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByteRange {
    /// The address of the first byte.
    pub offset: u32,
    /// The length in bytes.
    pub size: u32,
}

/// Appends the custom section to a component that contains the vfs module.
pub fn describe(component: &mut Vec<u8>, description: Description) {
    let data = serde_json::to_vec(&description).unwrap_or_default();
    let section = wasm_encoder::CustomSection { name: SECTION.into(), data: data.into() };
    component.push(wasm_encoder::ComponentSectionId::CoreCustom.into());
    wasm_encoder::Encode::encode(&section, component);
}

/// Returns the image's size as a number of 32 bits, the width that the vfs uses.
///
/// # Errors
/// [`EmbedError::TooLarge`]: no engine would load the image together with the `vfs` bytes around it.
pub fn checked_size(image: &Packed, vfs: u64) -> Result<u32, EmbedError> {
    let size = image.size();
    // Headers of the sections around the image grow by a few bytes each.
    let total = size.saturating_add(vfs).saturating_add(64);
    let fitting = u32::try_from(size).ok().filter(|_| total <= MAX_MODULE);
    fitting.ok_or_else(|| EmbedError::TooLarge { image: size, total, limit: MAX_MODULE, largest: image.largest() })
}
