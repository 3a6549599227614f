//! The program: a core module.

use vfs_abi::names::program::MEMORY;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{ExportKind, ExportSection, ImportSection, MemorySection, Module, RawSection};
use wasmparser::{ExternalKind, FuncType, Parser, Payload, TypeRef};

use crate::PREVIEW1;
use crate::error::{AdaptError, Unknown};

/// The name that preview1 had before it was one.
pub(crate) const UNSTABLE: &str = "wasi_unstable";
/// The beginning of the names of custom sections that describe a world.
pub(crate) const WORLD: &str = "component-type";
/// The name by which the former start function is exported.
pub(crate) const START: &str = "vfs-compose:start";
/// The name by which the former `_initialize` is exported: wit-component would call it before the program's calls have
/// anybody to answer them.
pub(crate) const INITIALIZE: &str = "vfs-compose:initialize";
/// The numbers of the sections that come after that of memories, in the order in which they stand.
const AFTER_MEMORIES: [u8; 8] = [13, 6, 7, 8, 9, 12, 10, 11];

/// What a module imports and exports.
#[derive(Debug, Default)]
pub(crate) struct Program {
    /// The functions of preview1 that it imports, with the types that it has for them.
    pub(crate) calls: Vec<(String, FuncType)>,
    /// Whether it exports `_start`.
    pub(crate) is_command: bool,
    /// Its start function.
    pub(crate) start: Option<u32>,
    /// Its export `_initialize`.
    pub(crate) initialize: Option<u32>,
    /// Whether it exports its memory by the usual name.
    exports_memory: bool,
    has_memory: bool,
}

impl Program {
    /// Reads the edge of a module.
    pub(crate) fn read(module: &[u8]) -> Result<Self, AdaptError> {
        let mut program = Self::default();
        let (mut types, mut unknown, mut has_world) = (Vec::new(), Vec::new(), false);
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::TypeSection(section) => {
                    for group in section {
                        types.extend(group?.into_types().map(|ty| match ty.composite_type.inner {
                            wasmparser::CompositeInnerType::Func(ty) => Some(ty),
                            _ => None,
                        }));
                    }
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import?;
                        match import.ty {
                            TypeRef::Func(ty) if import.module == PREVIEW1 => {
                                let ty = types.get(ty as usize).cloned().flatten();
                                program.calls.extend(ty.map(|ty| (import.name.to_owned(), ty)));
                            }
                            TypeRef::Memory(_) if !program.has_memory => program.has_memory = true,
                            _ if import.module == UNSTABLE => return Err(AdaptError::Unstable),
                            _ => {
                                let (module, name) = (import.module.to_owned(), import.name.to_owned());
                                unknown.push(Unknown { module, name });
                            }
                        }
                    }
                }
                Payload::MemorySection(section) => program.has_memory |= section.count() > 0,
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export?;
                        match (export.name, export.kind) {
                            ("_start", ExternalKind::Func) => program.is_command = true,
                            ("_initialize", ExternalKind::Func) => program.initialize = Some(export.index),
                            (MEMORY, ExternalKind::Memory) => program.exports_memory = true,
                            _ => {}
                        }
                    }
                }
                Payload::StartSection { func, .. } => program.start = Some(func),
                Payload::CustomSection(section) => has_world |= section.name().starts_with(WORLD),
                _ => {}
            }
        }
        // Imports of a module with a world are the encoder's to check.
        if unknown.is_empty() || has_world { Ok(program) } else { Err(AdaptError::Unknown(unknown)) }
    }

    /// Changes the edge of the module:
    ///
    /// - It exports its memory. One that it imported is its own, one that it lacked has no pages.
    /// - Its start function and `_initialize` are exported by other names, to be called when everything is in place.
    ///
    /// Everything else is copied as it is.
    pub(crate) fn edit(&self, module: &[u8]) -> Result<Vec<u8>, AdaptError> {
        let mut edited = Module::new();
        let mut memories = MemorySection::new();
        if !self.has_memory {
            memories.memory(wasm_encoder::MemoryType {
                minimum: 0,
                maximum: Some(0),
                memory64: false,
                shared: false,
                page_size_log2: None,
            });
        }
        let mut exports = Some(ExportSection::new());
        for payload in Parser::new(0).parse_all(module) {
            let payload = payload?;
            let Some((id, range)) = payload.as_section() else { continue };
            if AFTER_MEMORIES.contains(&id) {
                add_memories(&mut edited, &mut memories);
            }
            // Exports stand before the start section and those that follow it.
            if AFTER_MEMORIES.iter().skip_while(|before| **before != 8).any(|after| *after == id) {
                self.add_exports(&mut edited, &mut exports);
            }
            match payload {
                Payload::ImportSection(section) => {
                    let mut imports = ImportSection::new();
                    for import in section.into_imports() {
                        let import = import?;
                        match import.ty {
                            TypeRef::Memory(ty) => {
                                memories.memory(RoundtripReencoder.memory_type(ty).map_err(wrong)?);
                            }
                            ty => {
                                let ty = RoundtripReencoder.entity_type(ty).map_err(wrong)?;
                                imports.import(import.module, import.name, ty);
                            }
                        }
                    }
                    edited.section(&imports);
                }
                Payload::MemorySection(section) => {
                    for memory in section {
                        memories.memory(RoundtripReencoder.memory_type(memory?).map_err(wrong)?);
                    }
                    add_memories(&mut edited, &mut memories);
                }
                Payload::ExportSection(section) => {
                    let exports = exports.get_or_insert_with(ExportSection::new);
                    for export in section {
                        let export = export?;
                        let name = if export.name == "_initialize" { INITIALIZE } else { export.name };
                        let kind = RoundtripReencoder.export_kind(export.kind).map_err(wrong)?;
                        exports.export(name, kind, export.index);
                    }
                }
                Payload::StartSection { .. } => {}
                _ => {
                    let data = &module[range.start as usize..range.end as usize];
                    edited.section(&RawSection { id, data });
                }
            }
        }
        add_memories(&mut edited, &mut memories);
        self.add_exports(&mut edited, &mut exports);
        Ok(edited.finish())
    }

    fn add_exports(&self, module: &mut Module, exports: &mut Option<ExportSection>) {
        let Some(mut exports) = exports.take() else { return };
        if !self.exports_memory {
            exports.export(MEMORY, ExportKind::Memory, 0);
        }
        if let Some(start) = self.start {
            exports.export(START, ExportKind::Func, start);
        }
        module.section(&exports);
    }
}

/// Writes the section of memories, if it is not there yet.
fn add_memories(module: &mut Module, memories: &mut MemorySection) {
    if !memories.is_empty() {
        module.section(&std::mem::take(memories));
    }
}

fn wrong(error: wasm_encoder::reencode::Error) -> AdaptError {
    AdaptError::Encode { message: error.to_string() }
}
