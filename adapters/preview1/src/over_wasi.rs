//! `over-wasi`, reduced to what a program calls.

use std::collections::BTreeMap;

use semver::Version;
use vfs_abi::names::preview1::{BRIDGE, MAIN_MODULE, SECTION};
use vfs_abi::names::program::MEMORY;
use vfs_compose_ir::core_module::{CoreModule, Export, FunctionId, Import};
use vfs_compose_wasi::{InterfaceName, InterfaceUse, InterfaceUses, Wasi, is_in_version};
use wasm_encoder::{CustomSection, ExportKind, Instruction, MemArg, Module, Section, ValType};
use wit_parser::Stability;

use crate::error::{AdaptError, Mismatch, signature};
use crate::program::Program;
use crate::{ExitCode, Filesystem, PREVIEW1};

const MODULE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/over-wasi.wasm"));
/// The first version of WASI 0.2, which has nearly all functions.
const FIRST: Version = Version::new(0, 2, 0);
/// Where the interfaces for files are.
const FILESYSTEM: &str = "wasi:filesystem/";
const GET_DIRECTORIES: &str = "get-directories";
/// The interface by which a command is run.
const RUN: &str = "wasi:cli/run";
/// The names of the same thing in this crate's module.
const RUN_EXPORT: &str = "run";
pub(crate) const REALLOC: &str = "cabi_import_realloc";
const PROC_EXIT: &str = "proc_exit";
const DROP: &str = "[resource-drop]";

/// `over-wasi` for one program.
pub(crate) struct OverWasi {
    /// The module.
    pub(crate) module: Vec<u8>,
    /// The functions of WASI and of the program that it imports, with those that the bridge imports for it. Each has the
    /// version in the name of its module.
    pub(crate) imports: Vec<(Import, Vec<ValType>, Vec<ValType>)>,
    /// The functions that it exports.
    pub(crate) exports: Vec<(String, Vec<ValType>, Vec<ValType>)>,
    /// The functions of the bridge that it imports.
    pub(crate) of_bridge: Vec<String>,
    /// What it uses of WASI.
    pub(crate) uses: InterfaceUses,
    /// The interface that it exports.
    pub(crate) run: Option<InterfaceName>,
}

impl OverWasi {
    /// Reduces the module to what a program calls.
    pub(crate) fn for_program(
        wasi: &Wasi,
        program: &Program,
        exit_code: ExitCode,
        filesystem: Filesystem,
    ) -> Result<Self, AdaptError> {
        let mut module = CoreModule::read(MODULE)?;
        rename_exit(&mut module, exit_code);
        check(&module, program)?;
        let run = program.is_command.then(|| InterfaceName::new(RUN, FIRST));
        let is_called = |name: &str| program.calls.iter().any(|(called, _)| called == name);
        module.exports.retain_mut(|export| match export.name.as_str() {
            MEMORY | REALLOC => true,
            RUN_EXPORT => {
                if let Some(run) = &run {
                    export.name = format!("{run}#{RUN_EXPORT}");
                }
                run.is_some()
            }
            name => export.kind == ExportKind::Func && is_called(name),
        });
        let finds_files = || program.calls.iter().any(|(called, _)| leads_to_files(called));
        if filesystem == Filesystem::IfFound && !finds_files() {
            leave_files_out(&mut module);
        }
        module.drop_unused()?;

        let mut uses = InterfaceUses::new();
        let mut of_bridge = Vec::new();
        let mut imports: Vec<_> = module.imports().map(|(id, import)| (id, import.clone())).collect();
        imports.retain(|(_, import)| {
            let is_of_bridge = import.module == BRIDGE;
            of_bridge.extend(is_of_bridge.then(|| import.name.clone()));
            !is_of_bridge
        });
        let lent = crate::bridge::imports(&of_bridge);
        let names = imports.iter().map(|(_, import)| import).chain(lent.iter().map(|lent| &lent.import));
        let versions = versions(wasi, names.clone());
        for import in names.filter(|import| import.module != MAIN_MODULE) {
            let name = InterfaceName::new(import.module.clone(), versions[&import.module].clone());
            let interface: &mut InterfaceUse = uses.entry(name).or_default();
            match import.name.strip_prefix(DROP) {
                Some(resource) => interface.types.insert(resource.to_owned()),
                None => interface.functions.insert(import.name.clone()),
            };
        }
        vfs_compose_wasi::close(wasi, &mut uses, |_, path| versions.get(path).unwrap_or(&FIRST).clone())?;

        let named = |import: &Import| match versions.get(&import.module) {
            Some(version) => Import { module: format!("{}@{version}", import.module), name: import.name.clone() },
            None => import.clone(),
        };
        let mut typed = Vec::new();
        for (id, import) in &imports {
            let (_, ty) = module.type_of(*id);
            typed.push((named(import), ty.params.clone(), ty.results.clone()));
            module.rename_import(*id, named(import));
        }
        typed.extend(lent.into_iter().map(|lent| (named(&lent.import), lent.params.to_vec(), Vec::new())));
        let functions = module.exports.iter().filter(|export| export.kind == ExportKind::Func);
        let exports = functions.map(|export| {
            let (_, ty) = module.type_of(FunctionId(export.index));
            (export.name.clone(), ty.params.clone(), ty.results.clone())
        });
        let exports = exports.collect();
        Ok(Self { module: marked(&module.emit()?), imports: typed, exports, of_bridge, uses, run })
    }
}

/// Returns whether a program can find a file or a directory by a function of preview1. All other functions take numbers
/// of what was opened, and what is open from the start is known by `fd_prestat_get`.
fn leads_to_files(function: &str) -> bool {
    function.starts_with("path_") || ["fd_prestat_get", "fd_prestat_dir_name", "fd_readdir"].contains(&function)
}

/// Has the module not ask the host for files, so that it imports nothing for them: `get-directories` stores an empty list,
/// and nobody calls the others, because there is no file.
fn leave_files_out(module: &mut CoreModule<'_>) {
    let lent = crate::bridge::imports(&["read".to_owned(), "write".to_owned()]);
    let is_of_files = |import: &Import| {
        import.module.starts_with(FILESYSTEM)
            || import.module == BRIDGE && lent.iter().any(|lent| lent.bridge == import.name)
    };
    let imports = module.imports().filter(|(_, import)| is_of_files(import));
    let imports: Vec<_> = imports.map(|(id, import)| (id, import.name == GET_DIRECTORIES)).collect();
    let result = MemArg { offset: 0, align: 2, memory_index: 0 };
    let empty_list = [Instruction::LocalGet(0), Instruction::I64Const(0), Instruction::I64Store(result)];
    for (import, is_list) in imports {
        module.replace(import, if is_list { &empty_list } else { &[Instruction::Unreachable] });
    }
}

/// Gives the export that ends a program in the wanted way its name.
fn rename_exit(module: &mut CoreModule<'_>, exit_code: ExitCode) {
    let way = match exit_code {
        ExitCode::Bool => "bool",
        ExitCode::Full => "full",
    };
    let wanted = format!("{PROC_EXIT}#{way}");
    for export in module.exports.iter_mut().filter(|export| export.name == wanted) {
        export.name = PROC_EXIT.into();
    }
}

/// Checks that preview1 has the functions that a program calls, with these types.
///
/// # Errors
/// - [`AdaptError::Unknown`], [`AdaptError::Mismatch`]: it has not.
fn check(module: &CoreModule<'_>, program: &Program) -> Result<(), AdaptError> {
    let is_function = |export: &&Export| export.kind == ExportKind::Func && !is_of_abi(&export.name);
    let known: BTreeMap<&str, FunctionId> = module
        .exports
        .iter()
        .filter(is_function)
        .map(|export| (export.name.as_str(), FunctionId(export.index)))
        .collect();
    let (mut unknown, mut mismatches) = (Vec::new(), Vec::new());
    for (name, found) in &program.calls {
        let Some(&id) = known.get(name.as_str()) else {
            unknown.push(crate::Unknown { module: PREVIEW1.into(), name: name.clone() });
            continue;
        };
        let (_, expected) = module.type_of(id);
        let types = |types: &[wasmparser::ValType]| types.iter().map(|ty| (*ty).try_into()).collect::<Result<_, _>>();
        let (params, results): (Result<Vec<ValType>, _>, Result<Vec<ValType>, _>) =
            (types(found.params()), types(found.results()));
        if params.as_ref().ok() != Some(&expected.params) || results.as_ref().ok() != Some(&expected.results) {
            mismatches.push(Mismatch {
                name: name.clone(),
                found: signature(found.params(), found.results()),
                expected: signature(&expected.params, &expected.results),
            });
        }
    }
    match (unknown.is_empty(), mismatches.is_empty()) {
        (false, _) => Err(AdaptError::Unknown(unknown)),
        (_, false) => Err(AdaptError::Mismatch(mismatches)),
        _ => Ok(()),
    }
}

/// Returns whether an export is none of preview1's functions.
fn is_of_abi(name: &str) -> bool {
    [REALLOC, RUN_EXPORT].contains(&name) || name.contains('#')
}

/// Returns the version at which each interface is imported: the first that has all functions.
fn versions<'i>(wasi: &Wasi, imports: impl Iterator<Item = &'i Import>) -> BTreeMap<String, Version> {
    let mut versions = BTreeMap::new();
    for import in imports.filter(|import| import.module != MAIN_MODULE) {
        let version: &mut Version = versions.entry(import.module.clone()).or_insert(FIRST);
        if let Some(function) = wasi.function(&import.module, &import.name)
            && !is_in_version(&function.stability, version)
            && let Stability::Stable { since, .. } = &function.stability
        {
            *version = since.clone();
        }
    }
    versions
}

/// Adds the section by which the composer knows the module, before all others.
fn marked(module: &[u8]) -> Vec<u8> {
    let section = CustomSection { name: SECTION.into(), data: [][..].into() };
    let mut marked = Module::HEADER.to_vec();
    section.append_to(&mut marked);
    marked.extend(module.iter().skip(Module::HEADER.len()));
    marked
}
