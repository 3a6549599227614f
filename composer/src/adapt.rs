//! Makes components of core modules that import preview1.

use vfs_compose_ir::Edge;
use vfs_compose_wasi::{AppError, AppKind, Wasi, app_kind};
use vfs_preview1::{AdaptError, ExitCode, Filesystem, Wit};
use wasmparser::{Parser, Payload};

use crate::error::{Error, WorldError};

/// Makes a component of a core module that imports `wasi_snapshot_preview1`, without any vfs. It runs on any host of
/// WASI 0.2, on which the module's files are the host's. A module that can find no file imports none. Its core exports become those of a world of `wit`, if there is
/// one.
///
/// # Errors
/// - [`Error::App`]: the bytes are no module, or no component can be made of it.
/// - [`Error::World`]: the world cannot be read, or the module does not fit it.
/// - [`Error::NoExports`]: it would export nothing.
pub fn adapt(module: &[u8], exit_code: ExitCode, wit: Option<&Wit>) -> Result<Vec<u8>, Error> {
    let wasi = Wasi::new()?;
    if app_kind(module)? == AppKind::Component {
        return Err(AppError::AlreadyAComponent.into());
    }
    let component = of_module(&wasi, module, exit_code, Filesystem::IfFound, wit)?;
    let exports = Edge::of(&component).map_or_else(|_| Vec::new(), |edge| edge.exports);
    let lost = if exports.is_empty() { exported_functions(module).unwrap_or_default() } else { Vec::new() };
    if lost.is_empty() { Ok(component) } else { Err(Error::NoExports { lost }) }
}

/// Returns an app as a component. A module gets the exports of a world of `wit`, if there is one.
pub(crate) fn component_of(wasi: &Wasi, app: &[u8], exit_code: ExitCode, wit: Option<&Wit>) -> Result<Vec<u8>, Error> {
    match (app_kind(app)?, wit) {
        (AppKind::Component, None) => Ok(app.to_vec()),
        (AppKind::Component, Some(_)) => Err(WorldError::Component.into()),
        (AppKind::Module, wit) => of_module(wasi, app, exit_code, Filesystem::Always, wit),
    }
}

fn of_module(
    wasi: &Wasi,
    module: &[u8],
    exit_code: ExitCode,
    filesystem: Filesystem,
    wit: Option<&Wit>,
) -> Result<Vec<u8>, Error> {
    let described = wit.map(|wit| wit.embed(module)).transpose()?;
    let adapted = vfs_preview1::componentize(wasi, described.as_deref().unwrap_or(module), exit_code, filesystem);
    adapted.map_err(|error| match (error, wit) {
        (AdaptError::Encode { message }, Some(wit)) => {
            WorldError::Encode { path: wit.path().to_owned(), source: message.into() }.into()
        }
        (error, _) => AppError::NotAdaptable { source: error.into() }.into(),
    })
}

/// Returns the names of the functions that a core module exports for its users.
pub(crate) fn exported_functions(module: &[u8]) -> Result<Vec<String>, wasmparser::BinaryReaderError> {
    let mut names = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        let Payload::ExportSection(exports) = payload? else { continue };
        for export in exports {
            let export = export?;
            let is_of_abi = export.name.starts_with("__") || ["_initialize", "cabi_realloc"].contains(&export.name);
            if export.kind == wasmparser::ExternalKind::Func && !is_of_abi {
                names.push(format!("`{}`", export.name));
            }
        }
    }
    Ok(names)
}

/// Returns whether an app is a module that gives its host an exit code.
pub(crate) fn has_exit_code(app: &[u8]) -> bool {
    Parser::is_core_wasm(app) && imports_exit(app)
}

/// Returns whether an app is a component that was made of such a module, by whatever tool.
pub(crate) fn is_made_of_exiting_module(app: &[u8]) -> bool {
    Parser::is_component(app) && imports_exit(app)
}

/// Returns whether a module, or one in a component, imports preview1's function for exit codes.
fn imports_exit(app: &[u8]) -> bool {
    Parser::new(0).parse_all(app).any(|payload| {
        let Ok(Payload::ImportSection(imports)) = payload else { return false };
        let mut imports = imports.into_imports().flatten();
        imports.any(|import| import.module == "wasi_snapshot_preview1" && import.name == "proc_exit")
    })
}
