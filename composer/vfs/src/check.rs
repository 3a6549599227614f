//! The laws, on the result.

use std::collections::BTreeSet;

use vfs_compose_ir::Edge;
use wasmparser::{Validator, WasmFeatures};
use wit_component::DecodedWasm;
use wit_parser::{TypeDefKind, TypeId, WorldItem};

use crate::error::CheckError;
use vfs_compose_wasi::{App, FILESYSTEM};

/// Checks that `composed` is valid and keeps laws 1 and 2. `vfs_imports` is what the vfs asks of the host.
///
/// # Errors
/// - [`CheckError::Invalid`]: the validator refuses it.
/// - [`CheckError::NotDenied`]: it imports what is denied, and more of it than names of types, which are no access to anything.
/// - [`CheckError::NewImport`]: law 1, it imports what the app does not.
/// - [`CheckError::NotPlugged`]: law 2, an import of the app that the vfs serves is still there, and the vfs itself does not need it.
/// - [`CheckError::LostExport`]: the app exports more.
pub fn check(composed: &[u8], app: &App, vfs_imports: &[String]) -> Result<(), CheckError> {
    check_with(composed, app, |interface| !vfs_imports.iter().any(|name| name == interface))
}

/// The same of a linked component, in which only the filesystem is wholly the vfs's.
///
/// # Errors
/// As [`check`].
pub fn check_linked(composed: &[u8], app: &App) -> Result<(), CheckError> {
    check_with(composed, app, |interface| interface.starts_with(FILESYSTEM))
}

/// `virtually` says of a served interface whether no host may be asked for it.
fn check_with(composed: &[u8], app: &App, virtually: impl Fn(&str) -> bool) -> Result<(), CheckError> {
    Validator::new_with_features(WasmFeatures::all())
        .validate_all(composed)
        .map_err(|source| CheckError::Invalid { source: source.into() })?;
    let edge = Edge::of(composed).map_err(|source| CheckError::Invalid { source: source.into() })?;
    let served: BTreeSet<String> = app.served.keys().map(ToString::to_string).collect();
    for interface in edge.imports {
        if app.withheld.contains(&interface) && !is_names_of_types(composed, &interface) {
            return Err(CheckError::NotDenied { interface });
        }
        if !app.imports.contains(&interface) {
            return Err(CheckError::NewImport { interface });
        }
        if served.contains(&interface) && virtually(&interface) {
            return Err(CheckError::NotPlugged { interface });
        }
    }
    for name in &app.exports {
        if !edge.exports.contains(name) {
            return Err(CheckError::LostExport { name: name.clone() });
        }
    }
    Ok(())
}

/// Whether an import brings neither functions nor resources: what another import is written in.
fn is_names_of_types(composed: &[u8], import: &str) -> bool {
    let Ok(DecodedWasm::Component(resolve, world)) = wit_component::decode(composed) else { return false };
    let found = resolve.worlds[world].imports.iter().find(|(key, _)| resolve.name_world_key(key) == import);
    let Some((_, WorldItem::Interface { id, .. })) = found else { return false };
    let interface = &resolve.interfaces[*id];
    let is_resource = |ty: &TypeId| matches!(resolve.types[*ty].kind, TypeDefKind::Resource);
    interface.functions.is_empty() && !interface.types.values().any(is_resource)
}
