//! The canonical options of a function.

use vfs_compose_adapter::{AdapterError, Encoding};
use wasmparser::CanonicalOption;

/// The memory, realloc and string encoding with which a function is lifted or lowered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Group {
    /// The core memory.
    pub memory: Option<u32>,
    /// The core function `realloc`.
    pub realloc: Option<u32>,
    /// The string encoding.
    pub encoding: Encoding,
}

/// Reads the canonical options of a function. `name` is for the error message.
///
/// # Errors
/// - [`AdapterError::Async`]: another option is present, as for asynchronous functions.
pub fn group(name: &str, options: &[CanonicalOption]) -> Result<Group, AdapterError> {
    let mut group = Group { memory: None, realloc: None, encoding: Encoding::Utf8 };
    for option in options {
        match option {
            CanonicalOption::UTF8 => {}
            CanonicalOption::Memory(number) => group.memory = Some(*number),
            CanonicalOption::Realloc(number) => group.realloc = Some(*number),
            CanonicalOption::UTF16 => group.encoding = Encoding::Utf16,
            CanonicalOption::CompactUTF16 => group.encoding = Encoding::Latin1OrUtf16,
            _ => return Err(AdapterError::Async { function: name.into() }),
        }
    }
    Ok(group)
}
