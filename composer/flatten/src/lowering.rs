//! What a function is lowered with.

use vfs_compose_adapter::{AdapterError, Encoding};
use wasmparser::CanonicalOption;

/// What the app lowered with one memory, one realloc and one encoding of strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Group {
    /// Core memory.
    pub memory: Option<u32>,
    /// Core function.
    pub realloc: Option<u32>,
    /// How the app has its strings.
    pub encoding: Encoding,
}

/// Returns memory, realloc and encoding of a lowered function.
///
/// # Errors
/// - [`AdapterError::Async`]: it is lowered as an asynchronous one.
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
