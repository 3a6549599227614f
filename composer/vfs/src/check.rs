//! Checks the laws on the result.

use std::collections::BTreeSet;

use vfs_compose_ir::Encoded;
use wasmparser::{Validator, WasmFeatures};
use wit_component::DecodedWasm;
use wit_parser::{TypeDefKind, TypeId, WorldItem};

use crate::added_imports::{AddedImports, Part};
use crate::error::CheckError;
use vfs_compose_wasi::{App, FILESYSTEM};

/// Checks that the composed component is valid and keeps laws 1 and 2. `added` is what flags add to the imports of the app,
/// and `vfs_imports` are the imports of the vfs.
///
/// # Errors
/// - [`CheckError::Invalid`]: the validator rejects it.
/// - [`CheckError::NotDenied`]: it imports a denied interface. Names of types are allowed, because they give access to
///   nothing.
/// - [`CheckError::NewImport`]: law 1; it imports an interface that neither the app imports nor a flag adds.
/// - [`CheckError::NotAdded`]: it imports nothing that a flag adds.
/// - [`CheckError::NotPlugged`]: law 2; it imports an interface that the vfs serves and does not itself import, or the
///   filesystem, which no flag adds.
/// - [`CheckError::LostExport`]: it lacks an export of the app.
pub fn check(composed: &Encoded, app: &App, added: &AddedImports, vfs_imports: &[String]) -> Result<(), CheckError> {
    check_with(composed, app, added, |interface| !vfs_imports.iter().any(|name| name == interface))
}

/// Checks a linked component in the same way. Of the served interfaces, only those of the filesystem must not be
/// imported.
pub fn check_linked(composed: &Encoded, app: &App, added: &AddedImports) -> Result<(), CheckError> {
    check_with(composed, app, added, |_| false)
}

/// Checks a component. `virtually` returns whether a served interface, other than those of the filesystem, must not be
/// imported from the host.
fn check_with(
    composed: &Encoded,
    app: &App,
    added: &AddedImports,
    virtually: impl Fn(&str) -> bool,
) -> Result<(), CheckError> {
    Validator::new_with_features(WasmFeatures::all())
        .validate_all(&composed.bytes)
        .map_err(|error| CheckError::Invalid { reason: error.to_string() })?;
    let served: BTreeSet<String> = app.virtual_imports.keys().map(ToString::to_string).collect();
    for interface in &composed.edge.imports {
        let interface = interface.clone();
        let is_added = match added.part(&interface) {
            Some(Part::Whole) => true,
            Some(Part::Types) => is_names_of_types(&composed.bytes, &interface),
            None => false,
        };
        if is_added {
            continue;
        }
        if app.sealed_imports.contains(&interface) && !is_names_of_types(&composed.bytes, &interface) {
            return Err(CheckError::NotDenied { interface });
        }
        if !app.imports.contains(&interface) {
            return Err(CheckError::NewImport { interface });
        }
        if served.contains(&interface) && (interface.starts_with(FILESYSTEM) || virtually(&interface)) {
            return Err(CheckError::NotPlugged { interface });
        }
    }
    for (flag, names) in added.by_flag() {
        if !names.iter().any(|name| composed.edge.imports.contains(name)) {
            return Err(CheckError::NotAdded { flag, names });
        }
    }
    for name in &app.exports {
        if !composed.edge.exports.contains(name) {
            return Err(CheckError::LostExport { name: name.clone() });
        }
    }
    Ok(())
}

/// Returns whether an import has neither functions nor resources, only types that other imports use.
fn is_names_of_types(composed: &[u8], import: &str) -> bool {
    let Ok(DecodedWasm::Component(resolve, world)) = wit_component::decode(composed) else { return false };
    let found = resolve.worlds[world].imports.iter().find(|(key, _)| resolve.name_world_key(key) == import);
    let Some((_, WorldItem::Interface { id, .. })) = found else { return false };
    let interface = &resolve.interfaces[*id];
    let is_resource = |ty: &TypeId| matches!(resolve.types[*ty].kind, TypeDefKind::Resource);
    interface.functions.is_empty() && !interface.types.values().any(is_resource)
}
