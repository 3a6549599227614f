//! The names of a component's imports and exports, and an encoded component together with them.

use wasmparser::{Parser, Payload};

/// The names of all imports and exports of a component.
#[derive(Clone, Debug, Default)]
pub struct Edge {
    /// The names of its imports, in order.
    pub imports: Vec<String>,
    /// The names of its exports, in order.
    pub exports: Vec<String>,
}

impl Edge {
    /// Reads the import and export names of the outermost component, not those of nested ones.
    pub fn of(component: &[u8]) -> Result<Self, wasmparser::BinaryReaderError> {
        let mut edge = Self::default();
        let mut depth = 0u32;
        for payload in Parser::new(0).parse_all(component) {
            match payload? {
                Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::ComponentImportSection(imports) if depth == 0 => {
                    for import in imports {
                        edge.imports.push(import?.name.name.to_owned());
                    }
                }
                Payload::ComponentExportSection(exports) if depth == 0 => {
                    for export in exports {
                        edge.exports.push(export?.name.name.to_owned());
                    }
                }
                _ => {}
            }
        }
        Ok(edge)
    }
}

/// An encoded component whose imports and exports are known, so that no later step reads them again.
#[derive(Clone, Debug)]
pub struct Encoded {
    /// The encoded component.
    pub bytes: Vec<u8>,
    /// Its imports and exports.
    pub edge: Edge,
}

impl Encoded {
    /// Reads the imports and exports of an encoded component.
    pub fn read(bytes: Vec<u8>) -> Result<Self, wasmparser::BinaryReaderError> {
        Ok(Self { edge: Edge::of(&bytes)?, bytes })
    }
}
