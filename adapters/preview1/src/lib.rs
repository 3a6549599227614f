//! Makes a component of a core module that imports `wasi_snapshot_preview1`.
//!
//! The module keeps its code; an adapter module beside it translates its imports into WASI 0.2. A module with a
//! `_start` becomes a command (it exports `wasi:cli/run`), any other a reactor.

use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
};
use wasmparser::{Parser, Payload};
use wit_component::ComponentEncoder;

/// The reason why a module cannot become a component.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdaptError {
    /// The bytes are not a whole, valid module.
    #[error("the module cannot be read")]
    Read(#[from] wasmparser::BinaryReaderError),
    /// The module imports the name that preview1 had before it was one.
    #[error(
        "the module imports `wasi_unstable`, which came before `wasi_snapshot_preview1`; compile it with a newer toolchain"
    )]
    Unstable,
    /// The encoder's error, for example an import that is not WASI's.
    #[error("{message}")]
    Encode {
        /// The encoder's complete message.
        message: String,
    },
}

/// Makes a component of a core module.
///
/// # Errors
/// - [`AdaptError::Read`]: not a whole, valid module.
/// - [`AdaptError::Unstable`]: it imports the interface's predecessor.
/// - [`AdaptError::Encode`]: the module imports something that neither preview1 nor its own component types have.
pub fn componentize(module: &[u8]) -> Result<Vec<u8>, AdaptError> {
    let shape = Shape::of(module)?;
    if shape.unstable {
        return Err(AdaptError::Unstable);
    }
    let adapter =
        if shape.command { WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER } else { WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER };
    let mut encoder = ComponentEncoder::default();
    encoder
        .module(module)
        .and_then(|encoder| {
            if shape.preview1 || shape.command {
                encoder.adapter(WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, adapter)
            } else {
                Ok(encoder)
            }
        })
        .and_then(|encoder| encoder.encode())
        .map_err(|error| AdaptError::Encode { message: format!("{error:#}") })
}

/// The properties that decide how a module is adapted.
#[derive(Default)]
struct Shape {
    preview1: bool,
    unstable: bool,
    command: bool,
}

impl Shape {
    fn of(module: &[u8]) -> Result<Self, wasmparser::BinaryReaderError> {
        let mut shape = Self::default();
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let name = import?.module;
                        shape.preview1 |= name == WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME;
                        shape.unstable |= name == "wasi_unstable";
                    }
                }
                Payload::ExportSection(exports) => {
                    for export in exports {
                        shape.command |= export?.name == "_start";
                    }
                }
                _ => {}
            }
        }
        Ok(shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the names of a component's exports that belong to WASI.
    fn exports(component: &[u8]) -> Vec<String> {
        let exports = Parser::new(0).parse_all(component).filter_map(|payload| match payload.unwrap() {
            Payload::ComponentExportSection(section) => {
                Some(section.into_iter().map(|e| e.unwrap().name.name.to_owned()))
            }
            _ => None,
        });
        exports.flatten().filter(|name| name.starts_with("wasi:")).collect()
    }

    fn module(body: &str) -> Vec<u8> {
        let import = r#"(import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))"#;
        wat::parse_str(format!(r#"(module {import} (memory (export "memory") 1) {body})"#)).unwrap()
    }

    #[test]
    fn a_start_function_makes_a_command() {
        let component = componentize(&module(r#"(func (export "_start") (drop (call $yield)))"#)).unwrap();
        let exports = exports(&component);
        assert!(exports.iter().any(|name| name.starts_with("wasi:cli/run@")), "{exports:?}");
    }

    #[test]
    fn a_command_needs_no_import() {
        let module = wat::parse_str(r#"(module (memory (export "memory") 1) (func (export "_start")))"#).unwrap();
        let exports = exports(&componentize(&module).unwrap());
        assert!(exports.iter().any(|name| name.starts_with("wasi:cli/run@")), "{exports:?}");
    }

    #[test]
    fn without_one_it_is_a_reactor() {
        let component = componentize(&module(r#"(func (export "_initialize") (drop (call $yield)))"#)).unwrap();
        assert_eq!(exports(&component), Vec::<String>::new());
    }

    #[test]
    fn the_predecessor_and_foreign_imports_are_errors() {
        let unstable =
            wat::parse_str(r#"(module (import "wasi_unstable" "sched_yield" (func (result i32))))"#).unwrap();
        assert!(matches!(componentize(&unstable), Err(AdaptError::Unstable)));
        let foreign = wat::parse_str(r#"(module (import "env" "f" (func)))"#).unwrap();
        let error = componentize(&foreign).unwrap_err();
        assert!(matches!(&error, AdaptError::Encode { message } if message.contains("env")), "{error}");
        assert!(matches!(componentize(b"\0asm\x01\0\0\0\x01"), Err(AdaptError::Read(_))));
    }
}
