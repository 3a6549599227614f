//! Names the imports of canonical built-ins for stream and future ends.
//!
//! The vfs module names such an import by the type that the stream or future carries. The encoder needs the name of a
//! function whose signature contains such a stream or future, so this module finds one among the exports of this vfs.

use std::collections::BTreeSet;

use vfs_compose_ir::core_module::{CoreModule, Import};
use wit_parser::{Function, Type, TypeDefKind, TypeId};

use super::imports::{do_nothing, function_imports};
use super::module::INTRINSICS;
use super::world::host_name;
use vfs_compose_wasi::InterfaceName;
use vfs_compose_wasi::{InterfaceUse, InterfaceUses};
use vfs_compose_wasi::{PUMP, PUMP_VERSION, Track, Wasi};

/// The module name of imports that belong to no interface.
pub(super) const ROOT: &str = "$root";
pub(super) use vfs_abi::names::ENDS;

/// Adds the functions of the pump to these exports, if one of them has a stream.
pub fn with_pump(wasi: &Wasi, mut exports: InterfaceUses) -> InterfaceUses {
    if has_streams(wasi, &exports) {
        let demand =
            InterfaceUse { functions: BTreeSet::from(["start".into(), "stop".into()]), ..InterfaceUse::default() };
        exports.insert(InterfaceName::new(PUMP, PUMP_VERSION), demand);
    }
    exports
}

/// Returns whether one of these exports has a stream that the vfs feeds or reads.
pub fn has_streams(wasi: &Wasi, exports: &InterfaceUses) -> bool {
    ["bytes", "entries"].into_iter().any(|carried| holder(wasi, exports, carried).is_some())
}

/// Renames each import for the encoder. An import whose type no export has becomes a function that does nothing, unless
/// `leaves`: a function of the host may have its type, see [`replace_by_host`].
pub(super) fn replace(wasi: &Wasi, module: &mut CoreModule<'_>, exports: &InterfaceUses, leaves: bool) {
    for (id, import) in function_imports(module, |module| module.starts_with(ENDS)) {
        match holder(wasi, exports, import.module.trim_start_matches(ENDS)) {
            Some(holder) => module.rename_import(id, renamed(&import.name, INTRINSICS, &holder.0.to_string(), &holder)),
            None if !leaves => do_nothing(module, id),
            None => {}
        }
    }
}

/// Renames the imports that are left by functions of the host. One whose type those have not either becomes a function
/// that does nothing.
pub(super) fn replace_by_host(wasi: &Wasi, module: &mut CoreModule<'_>, host: &InterfaceUses) {
    for (id, import) in function_imports(module, |module| module.starts_with(ENDS)) {
        match holder(wasi, host, import.module.trim_start_matches(ENDS)) {
            Some(holder) => module.rename_import(id, renamed(&import.name, "", &host_name(holder.0), &holder)),
            None => do_nothing(module, id),
        }
    }
}

/// Returns the name of a built-in function by the function that has its type.
fn renamed(name: &str, prefix: &str, interface: &str, holder: &(&InterfaceName, &str, usize)) -> Import {
    let (_, function, index) = holder;
    let is_waiting = ["read", "write"].iter().any(|operation| name.ends_with(&format!("-{operation}")));
    let lowered = if is_waiting { "[async-lower]" } else { "" };
    Import { module: format!("{prefix}{interface}"), name: format!("{lowered}[{name}-{index}]{function}") }
}

/// Returns an exported function whose signature contains a stream or future that carries this type, and the position of
/// that stream or future in the signature.
fn holder<'a>(
    wasi: &'a Wasi,
    exports: &'a InterfaceUses,
    carried: &str,
) -> Option<(&'a InterfaceName, &'a str, usize)> {
    exports.iter().find_map(|(name, demand)| {
        let functions = wasi.interface(&name.path)?.functions.iter();
        let mut functions = functions.filter(|(function, _)| demand.functions.contains(*function));
        functions.find_map(|(function, definition)| Some((name, function.as_str(), place(wasi, definition, carried)?)))
    })
}

fn place(wasi: &Wasi, function: &Function, carried: &str) -> Option<usize> {
    function
        .find_futures_and_streams(&wasi.resolve)
        .iter()
        .position(|id| carries(wasi, *id).as_deref() == Some(carried))
}

/// Returns the vfs module's name for the type that a stream or future carries.
fn carries(wasi: &Wasi, id: TypeId) -> Option<String> {
    match wasi.resolve.types[id].kind {
        TypeDefKind::Stream(Some(Type::U8)) => Some("bytes".into()),
        TypeDefKind::Stream(Some(Type::Id(element))) => {
            (wasi.home_of(element)?.1 == "directory-entry").then(|| "entries".into())
        }
        TypeDefKind::Future(Some(Type::Id(result))) => {
            let TypeDefKind::Result(result) = &wasi.resolve.types[result].kind else { return None };
            let Some(Type::Id(error)) = result.err else { return None };
            match Track::split(&definition(wasi, error)) {
                ("wasi:filesystem/types", Track::V0_3) => Some("filesystem-result".into()),
                ("wasi:cli/types", Track::V0_3) => Some("cli-result".into()),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Returns the interface that defines a type, following aliases.
fn definition(wasi: &Wasi, mut id: TypeId) -> String {
    while let TypeDefKind::Type(Type::Id(next)) = wasi.resolve.types[id].kind {
        id = next;
    }
    wasi.home_of(id).map(|(path, _)| path).unwrap_or_default()
}
