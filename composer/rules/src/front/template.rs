//! Modules that are written in the text format, with names in braces in them.

use crate::error::DenyError;

const REALLOC: &str = include_str!("realloc.wat");

/// The module, with numbers in the place of their names, and a `cabi_realloc` in the place of `{realloc}`, which counts from the
/// global `$next` on.
pub(super) fn parse(text: String, numbers: &[(&str, u32)]) -> Result<Vec<u8>, DenyError> {
    let mut text = text.replace("{realloc}", REALLOC);
    for (name, number) in numbers {
        text = text.replace(&format!("{{{name}}}"), &number.to_string());
    }
    wat::parse_str(text).map_err(|source| DenyError::Front { source: source.into() })
}

/// Bytes in a text of the text format.
pub(super) fn bytes<'a>(bytes: impl IntoIterator<Item = &'a u8>) -> String {
    bytes.into_iter().map(|byte| format!("\\{byte:02x}")).collect()
}
