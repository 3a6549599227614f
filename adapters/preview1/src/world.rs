//! A WIT world for a module that does not describe one itself. Its core exports become the exports of the world.
//!
//! The encoder takes the world from a section of the module. Before it gets one, the module's exports and imports are
//! compared with the world, so that a message names all that do not fit, and not only the first one.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use vfs_compose_ir::Cause;
use vfs_compose_wasi::function_type;
use vfs_compose_wit::parts;
use wasmparser::{CompositeInnerType, ExternalKind, FuncType, Parser, Payload, TypeRef, ValType};
use wit_component::{StringEncoding, embed_component_metadata};
use wit_parser::abi::{AbiVariant, WasmType};
use wit_parser::{Function, PackageId, Resolve, Type, TypeDefKind, WorldId, WorldItem};

use crate::PREVIEW1;
use crate::error::{Mismatch, Mismatches, Unknown, Unknowns, WorldError, signature};
use crate::program::{UNSTABLE, WORLD};

/// The functions of a module that make room for what its exports are passed, by all their names.
const REALLOCS: [&str; 4] = ["cabi_realloc", "cabi_export_realloc", "canonical_abi_realloc", "cm32p2_realloc"];
/// How the names of exports begin that are lifted as asynchronous functions.
const ASYNC: [&str; 2] = ["[async-lift]", "[async-lift-stackful]"];

/// A WIT package, and which of its worlds a module gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wit {
    path: PathBuf,
    world: Option<String>,
}

impl Wit {
    /// Names a WIT file, a directory of WIT files (with the packages that they use in `deps`), or an encoded WIT
    /// package. It is read when the module becomes a component.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), world: None }
    }

    /// Names the world. A package with one world needs no name.
    #[must_use]
    pub fn world(self, name: impl Into<String>) -> Self {
        Self { world: Some(name.into()), ..self }
    }

    /// Returns the file or directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns a core module with a section that describes the world.
    ///
    /// # Errors
    /// - [`WorldError::Read`], [`WorldError::Parse`], [`WorldError::NoWorld`], [`WorldError::NotOneWorld`]: there is no
    ///   such world.
    /// - [`WorldError::Described`]: the module has a world already.
    /// - [`WorldError::Missing`], [`WorldError::Mismatch`], [`WorldError::NoRealloc`]: the world has exports for which
    ///   the module has no fitting function.
    /// - [`WorldError::Unknown`]: the module imports what the world does not have.
    /// - [`WorldError::Module`]: the module cannot be read.
    pub fn embed(&self, module: &[u8]) -> Result<Vec<u8>, WorldError> {
        let core = Core::read(module)?;
        if core.is_described {
            return Err(WorldError::Described);
        }
        let (resolve, package) = self.parse()?;
        let world = self.select(&resolve, package)?;
        check(&core, &resolve, world)?;
        let mut module = module.to_vec();
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
            .map_err(|error| self.invalid(format!("{error:#}")))?;
        Ok(module)
    }

    fn parse(&self) -> Result<(Resolve, PackageId), WorldError> {
        let unreadable = |source| WorldError::Read { path: self.path.clone(), source };
        std::fs::metadata(&self.path).map_err(unreadable)?;
        let mut resolve = Resolve::default();
        match resolve.push_path(&self.path) {
            Ok((package, _)) => Ok((resolve, package)),
            Err(error) => match error.downcast::<io::Error>() {
                Ok(error) => Err(unreadable(error)),
                Err(error) => Err(self.invalid(resolve.render_error(&error))),
            },
        }
    }

    fn invalid(&self, message: String) -> WorldError {
        WorldError::Parse { path: self.path.clone(), source: Cause::from(message) }
    }

    fn select(&self, resolve: &Resolve, package: PackageId) -> Result<WorldId, WorldError> {
        let worlds = &resolve.packages[package].worlds;
        match (&self.world, worlds.values().collect::<Vec<_>>().as_slice()) {
            (None, [world]) => Ok(**world),
            (None, _) => {
                Err(WorldError::NotOneWorld { path: self.path.clone(), worlds: worlds.keys().cloned().collect() })
            }
            (Some(name), _) => resolve.select_world(&[package], Some(name)).map_err(|_| {
                // A name with a package may be that of a world of a dependency.
                let all = resolve
                    .worlds
                    .iter()
                    .filter_map(|(_, world)| world.package.map(|package| resolve.id_of_name(package, &world.name)));
                let worlds = if name.contains('/') { all.collect() } else { worlds.keys().cloned().collect() };
                WorldError::NoWorld { path: self.path.clone(), name: name.clone(), worlds }
            }),
        }
    }
}

/// The edge of a core module.
#[derive(Default)]
struct Core {
    /// The functions that it exports, with their types.
    exports: BTreeMap<String, FuncType>,
    /// Its imports, except those of memories and of preview1.
    imports: Vec<Unknown>,
    /// Whether it has a world of its own.
    is_described: bool,
}

impl Core {
    fn read(module: &[u8]) -> Result<Self, wasmparser::BinaryReaderError> {
        let mut core = Self::default();
        let (mut types, mut functions) = (Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::TypeSection(section) => {
                    for group in section {
                        types.extend(group?.into_types().map(|ty| match ty.composite_type.inner {
                            CompositeInnerType::Func(ty) => Some(ty),
                            _ => None,
                        }));
                    }
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import?;
                        match import.ty {
                            TypeRef::Func(ty) | TypeRef::FuncExact(ty) => functions.push(ty),
                            TypeRef::Memory(_) => continue,
                            _ => {}
                        }
                        if ![PREVIEW1, UNSTABLE].contains(&import.module) {
                            let (module, name) = (import.module.to_owned(), import.name.to_owned());
                            core.imports.push(Unknown { module, name });
                        }
                    }
                }
                Payload::FunctionSection(section) => {
                    for ty in section {
                        functions.push(ty?);
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export?;
                        if export.kind != ExternalKind::Func {
                            continue;
                        }
                        let ty = functions.get(export.index as usize).and_then(|ty| types.get(*ty as usize));
                        core.exports.extend(ty.cloned().flatten().map(|ty| (export.name.to_owned(), ty)));
                    }
                }
                Payload::CustomSection(section) => core.is_described |= section.name().starts_with(WORLD),
                _ => {}
            }
        }
        Ok(core)
    }

    /// Returns the names of the exported functions that are no part of an ABI.
    fn own_exports(&self) -> Vec<String> {
        let is_of_abi = |name: &str| name.starts_with("__") || name == "_initialize" || REALLOCS.contains(&name);
        self.exports.keys().filter(|name| !is_of_abi(name)).cloned().collect()
    }
}

/// Checks that a module has what a world exports, and imports no more than it imports.
fn check(core: &Core, resolve: &Resolve, id: WorldId) -> Result<(), WorldError> {
    let world = resolve.worlds[id]
        .package
        .map_or_else(String::new, |package| resolve.id_of_name(package, &resolve.worlds[id].name));
    let (mut missing, mut mismatched, mut passed) = (Vec::new(), Vec::new(), Vec::new());
    for Export { function, names } in exports(resolve, id) {
        let wanted = wanted_type(resolve, function);
        let [name, _] = &names;
        match names.iter().find_map(|name| core.exports.get(name)) {
            Some(found) if *found != wanted => mismatched.push(Mismatch {
                name: name.clone(),
                found: signature(found.params(), found.results()),
                expected: format!(
                    "{} for `{}`",
                    signature(wanted.params(), wanted.results()),
                    function_type(resolve, function)
                ),
            }),
            Some(_) => passed.extend(is_passed_memory(resolve, function).then(|| name.clone())),
            // The encoder compares the types of these.
            None if ASYNC.iter().any(|prefix| core.exports.contains_key(&format!("{prefix}{name}"))) => {}
            None => missing.push(name.clone()),
        }
    }
    if !missing.is_empty() {
        return Err(WorldError::Missing { world, missing, exported: core.own_exports() });
    }
    if !mismatched.is_empty() {
        return Err(WorldError::Mismatch { world, functions: Mismatches(mismatched) });
    }
    if !passed.is_empty() && !REALLOCS.iter().any(|name| core.exports.contains_key(*name)) {
        return Err(WorldError::NoRealloc { world, functions: passed });
    }
    let imported: BTreeSet<_> = resolve.worlds[id].imports.keys().map(|key| resolve.name_world_key(key)).collect();
    let base = |name: &str| name.split('@').next().map(str::to_owned);
    let is_known = |import: &&Unknown| {
        // The encoder knows the functions of each, and takes another minor version too.
        let is_of_abi = ["$root", "[export]", "cm32p2"].iter().any(|prefix| import.module.starts_with(prefix));
        is_of_abi || imported.iter().any(|name| base(name) == base(&import.module))
    };
    let unknown: Vec<_> = core.imports.iter().filter(|import| !is_known(import)).cloned().collect();
    if unknown.is_empty() { Ok(()) } else { Err(WorldError::Unknown { world, imports: Unknowns(unknown) }) }
}

/// A function that a world exports.
struct Export<'r> {
    function: &'r Function,
    /// The names that a core module may export it by.
    names: [String; 2],
}

fn exports(resolve: &Resolve, world: WorldId) -> Vec<Export<'_>> {
    let mut exports = Vec::new();
    for (key, item) in &resolve.worlds[world].exports {
        match item {
            WorldItem::Function(function) => {
                let names = [function.legacy_core_export_name(None), function.standard32_core_export_name(None)];
                exports.push(Export { function, names: names.map(Into::into) });
            }
            WorldItem::Interface { id, .. } => {
                let (name, canonical) = (resolve.name_world_key(key), resolve.name_canonicalized_world_key(key));
                exports.extend(resolve.interfaces[*id].functions.values().map(|function| {
                    let standard = function.standard32_core_export_name(Some(&canonical));
                    let names = [function.legacy_core_export_name(Some(&name)), standard];
                    Export { function, names: names.map(Into::into) }
                }));
            }
            WorldItem::Type { .. } => {}
        }
    }
    exports
}

/// Returns the type that a core module has to export a function with.
fn wanted_type(resolve: &Resolve, function: &Function) -> FuncType {
    let flat = resolve.wasm_signature(AbiVariant::GuestExport, function);
    let types = |types: Vec<WasmType>| {
        types.into_iter().map(|ty| match ty {
            WasmType::I32 | WasmType::Pointer | WasmType::Length => ValType::I32,
            WasmType::I64 | WasmType::PointerOrI64 => ValType::I64,
            WasmType::F32 => ValType::F32,
            WasmType::F64 => ValType::F64,
        })
    };
    FuncType::new(types(flat.params), types(flat.results))
}

/// Returns whether a function is passed what the caller puts into the module's memory: strings, lists, or more
/// parameters than there is room for otherwise.
fn is_passed_memory(resolve: &Resolve, function: &Function) -> bool {
    if resolve.wasm_signature(AbiVariant::GuestExport, function).indirect_params {
        return true;
    }
    let mut todo: Vec<_> = function.params.iter().map(|param| param.ty).collect();
    while let Some(ty) = todo.pop() {
        match ty {
            Type::String => return true,
            Type::Id(id) => match &resolve.types[id].kind {
                TypeDefKind::List(_) | TypeDefKind::Map(..) => return true,
                // What goes through a stream comes later.
                TypeDefKind::Future(_) | TypeDefKind::Stream(_) | TypeDefKind::Handle(_) => {}
                kind => todo.extend(parts(kind)),
            },
            _ => {}
        }
    }
    false
}
