//! Adapters between two parts, as text. `tests/component-adapters/README.md` explains the cases.

use wit_parser::{Resolve, TypeDefKind};

use super::golden;
use vfs_compose_adapter::AdapterError;
use vfs_compose_adapter::Encoding;
use vfs_compose_adapter::component_adapter::{Request, Side, module};

#[test]
fn bridges_of_each_folder_are_as_written() {
    golden::are_as_written("tests/component-adapters", "bridge.wat", bridge);
}

/// Generates adapters for calls of all functions of a package. The callee defines the resources of the interface
/// `its-own`.
fn bridge(text: &str) -> Result<Vec<u8>, AdapterError> {
    let mut resolve = Resolve::default();
    let package = resolve.push_source("interface.wit", text).expect("the WIT is good");
    let interfaces: Vec<_> = resolve.packages[package].interfaces.values().map(|id| &resolve.interfaces[*id]).collect();
    let functions = interfaces.iter().flat_map(|interface| interface.functions.values());
    let requests: Vec<_> = functions
        .map(|function| Request { function: function.clone(), has_after: function.result.is_some() })
        .collect();
    let own = interfaces.iter().filter(|interface| interface.name.as_deref() == Some("its-own"));
    let own = own.flat_map(|interface| interface.types.values()).copied();
    let own = own.filter(|id| matches!(resolve.types[*id].kind, TypeDefKind::Resource)).collect();
    let side = Side { has_memory: true, has_realloc: true, encoding: Encoding::Utf8 };
    Ok(module(&resolve, &requests, &own, side, side)?.bytes)
}
