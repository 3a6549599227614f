//! What tailoring took away.

use std::collections::BTreeSet;

use wasmparser::{BinaryReaderError, ExternalKind, Parser, Payload};

use crate::guest::PLAIN;

/// What one vfs lacks of the whole one.
pub struct LeftOut {
    /// `interface#function`, without version.
    pub functions: Vec<String>,
    /// Bytes of code.
    pub code: u64,
}

/// Compares a vfs's module with the whole one that this composer has.
///
/// # Errors
/// The module cannot be read.
pub fn left_out(module: &[u8]) -> Result<LeftOut, BinaryReaderError> {
    let (whole, has) = (Part::of(PLAIN.module)?, Part::of(module)?);
    Ok(LeftOut {
        functions: whole.functions.difference(&has.functions).cloned().collect(),
        code: whole.code.saturating_sub(has.code),
    })
}

/// Of a vfs's module.
#[derive(Default)]
struct Part {
    /// Those of WASI's interfaces.
    functions: BTreeSet<String>,
    /// Bytes.
    code: u64,
}

impl Part {
    fn of(module: &[u8]) -> Result<Self, BinaryReaderError> {
        let mut part = Self::default();
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::CodeSectionStart { size, .. } => part.code = u64::from(size),
                Payload::ExportSection(exports) => {
                    for export in exports {
                        let export = export?;
                        part.functions
                            .extend((export.kind == ExternalKind::Func).then(|| function(export.name)).flatten());
                    }
                }
                _ => {}
            }
        }
        Ok(part)
    }
}

/// The function of WASI that an export is.
fn function(export: &str) -> Option<String> {
    let (interface, function) = export.split_once('#')?;
    let path = interface.split_once('@').map_or(interface, |(path, _)| path);
    (path.starts_with("wasi:") && !function.starts_with("[dtor]")).then(|| format!("{path}#{function}"))
}
