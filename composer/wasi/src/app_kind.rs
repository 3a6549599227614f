//! Tells components from core modules, and finds damaged files.

use wasmparser::{Encoding, MemoryType, Parser, Payload, TypeRef};

use crate::error::AppError;

/// What an app is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppKind {
    /// A component.
    Component,
    /// A core module.
    Module,
}

/// Reads the structure of the app, without the code of its functions.
///
/// # Errors
/// - [`AppError::Empty`], [`AppError::Text`], [`AppError::NotWasm`]: the bytes do not begin like WebAssembly.
/// - [`AppError::Truncated`]: the bytes end too early.
/// - [`AppError::Invalid`]: a section breaks a rule of the format.
/// - [`AppError::SharedMemory`], [`AppError::Memory64`]: the app has such a memory, at any depth.
pub fn app_kind(bytes: &[u8]) -> Result<AppKind, AppError> {
    if !bytes.starts_with(b"\0asm") {
        return Err(if bytes.is_empty() {
            AppError::Empty
        } else if bytes.starts_with(b"\0as") || bytes == b"\0" || bytes == b"\0a" {
            AppError::Truncated { detail: "not even the header is whole".into() }
        } else if is_text(bytes) {
            AppError::Text
        } else {
            AppError::NotWasm
        });
    }
    let mut kind = AppKind::Module;
    for (index, payload) in Parser::new(0).parse_all(bytes).enumerate() {
        match payload.map_err(broken)? {
            Payload::Version { encoding, .. } if index == 0 => {
                kind = if encoding == Encoding::Component { AppKind::Component } else { AppKind::Module };
            }
            Payload::MemorySection(memories) => {
                for memory in memories {
                    check(memory.map_err(broken)?)?;
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    if let TypeRef::Memory(memory) = import.map_err(broken)?.ty {
                        check(memory)?;
                    }
                }
            }
            _ => {}
        }
    }
    Ok(kind)
}

/// Checks that the bytes are a component.
///
/// # Errors
/// The errors of [`app_kind`], and [`AppError::NotAComponent`].
pub fn require_component(bytes: &[u8]) -> Result<(), AppError> {
    match app_kind(bytes)? {
        AppKind::Component => Ok(()),
        AppKind::Module => Err(AppError::NotAComponent),
    }
}

fn check(memory: MemoryType) -> Result<(), AppError> {
    match memory {
        MemoryType { shared: true, .. } => Err(AppError::SharedMemory),
        MemoryType { memory64: true, .. } => Err(AppError::Memory64),
        _ => Ok(()),
    }
}

fn broken(error: wasmparser::BinaryReaderError) -> AppError {
    let detail = error.to_string();
    if detail.contains("unexpected end") {
        AppError::Truncated { detail }
    } else {
        AppError::Invalid { source: error.into() }
    }
}

/// Returns whether the bytes are WebAssembly in its text format, which begins with a parenthesis after spaces and
/// comments.
fn is_text(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(&bytes[..bytes.len().min(4096)])
        .or_else(|error| std::str::from_utf8(&bytes[..error.valid_up_to()]))
    else {
        return false;
    };
    let mut lines = text.lines().map(str::trim_start).filter(|line| !line.is_empty() && !line.starts_with(";;"));
    lines
        .next()
        .is_some_and(|line| line.starts_with("(module") || line.starts_with("(component") || line.starts_with("(;"))
}
