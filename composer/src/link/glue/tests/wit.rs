//! Glue for all functions of a WIT text.

use wit_parser::{Resolve, TypeDefKind, TypeId};

use crate::link::Unlinkable;
use crate::link::glue::{Group, Kind, Owner, Request, module};

/// The glue for every function of a package, in the order of its text. The handles of the packages `wasi:io` and `test:mixed` are of
/// both owners, others the vfs's alone. An interface of nothing but resources stands for their drops.
pub(super) fn glue(text: &str) -> Result<Vec<u8>, Unlinkable> {
    glue_of_group(text, Group { has_memory: true, has_realloc: true })
}

/// The same, of a group.
pub(super) fn glue_of_group(text: &str, group: Group) -> Result<Vec<u8>, Unlinkable> {
    let mut resolve = Resolve { all_features: true, ..Resolve::default() };
    let package = resolve.push_source("interface.wit", text).expect("the WIT is good");
    let package = &resolve.packages[package];
    let path = format!("{}:{}", package.name.namespace, package.name.name);
    let owner = if ["wasi:io", "test:mixed"].contains(&path.as_str()) { Owner::Mixed } else { Owner::Virtual };
    let mut requests = Vec::new();
    for (name, id) in &package.interfaces {
        let interface = &resolve.interfaces[*id];
        let plain = |item: &str| format!("{path}/{name}#{item}");
        for function in interface.functions.values() {
            let kind = Kind::Function { function, owner };
            requests.push(Request { export: function.name.clone(), plain: plain(&function.name), kind });
        }
        if interface.functions.is_empty() {
            for (name, _) in interface.types.iter().filter(|(_, id)| is_resource(&resolve, **id)) {
                let export = format!("[resource-drop]{name}");
                requests.push(Request { export, plain: plain(&format!("[dtor]{name}")), kind: Kind::Drop { owner } });
            }
        }
    }
    module(&resolve, &requests, group)
}

fn is_resource(resolve: &Resolve, id: TypeId) -> bool {
    matches!(resolve.types[id].kind, TypeDefKind::Resource)
}

/// Fails unless the module is valid with nothing but the features a linked component asks for.
pub(super) fn validate(module: &[u8]) -> Result<(), wasmparser::BinaryReaderError> {
    let features = wasmparser::WasmFeatures::WASM2 | wasmparser::WasmFeatures::MULTI_MEMORY;
    wasmparser::Validator::new_with_features(features).validate_all(module).map(|_| ())
}
