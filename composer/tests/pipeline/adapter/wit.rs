//! Generates adapters for all functions of a WIT text.

use wit_parser::{Function, Resolve, TypeDefKind, TypeId};

use vfs_compose_adapter::AdapterError;
use vfs_compose_adapter::answer_of;
use vfs_compose_adapter::{AdapterKind, Encoding, Group, HandleOrigin, Owned, Request, module};
use vfs_compose_vfs::link::mixed_dispatch;
use vfs_compose_wasi::ERRORS;
use vfs_compose_wit::taken;

/// Generates the module of adapters for all functions of a package, in the order of its text.
///
/// `tests/adapters/README.md` explains what the name of the package decides.
pub(super) fn glue(text: &str) -> Result<Vec<u8>, AdapterError> {
    let named = |name: &str| text.contains(&format!("package {name};"));
    let encoding = if named("test:utf16") {
        Encoding::Utf16
    } else if named("test:latin1-or-utf16") {
        Encoding::Latin1OrUtf16
    } else {
        Encoding::Utf8
    };
    glue_of_group(text, Group { has_memory: true, has_realloc: true, encoding })
}

/// The same, of a group.
pub(super) fn glue_of_group(text: &str, group: Group) -> Result<Vec<u8>, AdapterError> {
    let mut resolve = Resolve { all_features: true, ..Resolve::default() };
    let package = resolve.push_source("interface.wit", text).expect("the WIT is good");
    let package = &resolve.packages[package];
    let path = format!("{}:{}", package.name.namespace, package.name.name);
    let owner =
        if ["wasi:io", "test:mixed"].contains(&path.as_str()) { HandleOrigin::VfsOrHost } else { HandleOrigin::Vfs };
    let mut requests = Vec::new();
    for (name, id) in &package.interfaces {
        let interface = &resolve.interfaces[*id];
        let plain = |item: &str| format!("{path}/{name}#{item}");
        for function in interface.functions.values() {
            let kind = match path.as_str() {
                "test:foreign" => AdapterKind::GuardImport {
                    function,
                    owned: owned(&resolve, function),
                    answer: answer_of(&resolve, function, ERRORS),
                },
                "test:returned" => AdapterKind::GuardExport { function },
                _ => AdapterKind::Function { function, owner, special: mixed_dispatch::of(&plain(&function.name)) },
            };
            requests.push(Request { export: function.name.clone(), plain: plain(&function.name), kind, version: None });
        }
        if interface.functions.is_empty() {
            for (name, _) in interface.types.iter().filter(|(_, id)| is_resource(&resolve, **id)) {
                let export = format!("[resource-drop]{name}");
                let (plain, kind) = (plain(&format!("[dtor]{name}")), AdapterKind::Drop { owner });
                requests.push(Request { export, plain, kind, version: None });
            }
        }
    }
    module(&resolve, &requests, group)
}

/// All resources are the vfs's as well as the host's, but for one.
fn owned(resolve: &Resolve, function: &Function) -> Vec<Owned> {
    let owned = taken(resolve, function).into_iter().map(|resource| {
        let name = resolve.types[resource].name.as_deref().expect("resources have names");
        let vfs = (name != "of-host").then(|| format!("[dtor]{name}"));
        Owned { resource, host: format!("[resource-drop]{name}"), vfs }
    });
    owned.collect()
}

fn is_resource(resolve: &Resolve, id: TypeId) -> bool {
    matches!(resolve.types[id].kind, TypeDefKind::Resource)
}

/// Fails unless the module is valid with nothing but the features a linked component asks for.
pub(super) fn validate(module: &[u8]) -> Result<(), wasmparser::BinaryReaderError> {
    let features = wasmparser::WasmFeatures::WASM2 | wasmparser::WasmFeatures::MULTI_MEMORY;
    wasmparser::Validator::new_with_features(features).validate_all(module).map(|_| ())
}
