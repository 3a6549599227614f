//! Core modules in the text format, with placeholders in braces.

use crate::error::DenyError;

const REALLOC: &str = include_str!("realloc.wat");

/// Fills in the placeholders and encodes the module. `{realloc}` becomes a `cabi_realloc` that allocates from the
/// address in the global `$next` upwards.
pub(super) fn parse(text: String, numbers: &[(&str, u32)]) -> Result<Vec<u8>, DenyError> {
    let mut text = text.replace("{realloc}", REALLOC);
    for (name, number) in numbers {
        text = text.replace(&format!("{{{name}}}"), &number.to_string());
    }
    wat::parse_str(text).map_err(|source| DenyError::Front { source: source.into() })
}

/// Escapes bytes for a string of the text format.
pub(super) fn bytes<'a>(bytes: impl IntoIterator<Item = &'a u8>) -> String {
    bytes.into_iter().map(|byte| format!("\\{byte:02x}")).collect()
}
