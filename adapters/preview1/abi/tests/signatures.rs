//! The table of signatures, against a module that others have made: the published adapter exports the same functions.

use std::collections::{BTreeMap, BTreeSet};

use vfs_preview1_abi::signature::{Number, SIGNATURES};
use wasi_preview1_component_adapter_provider::WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER;
use wasmparser::{ExternalKind, FuncType, Parser, Payload, TypeRef, ValType};

/// Returns the functions that a module exports, by name, with their types.
fn exported(module: &[u8]) -> BTreeMap<String, FuncType> {
    let (mut types, mut functions, mut exported) = (Vec::new(), Vec::new(), BTreeMap::new());
    for payload in Parser::new(0).parse_all(module) {
        match payload.unwrap() {
            Payload::TypeSection(section) => {
                types.extend(section.into_iter_err_on_gc_types().map(Result::unwrap));
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    if let TypeRef::Func(ty) = import.unwrap().ty {
                        functions.push(ty);
                    }
                }
            }
            Payload::FunctionSection(section) => functions.extend(section.into_iter().map(Result::unwrap)),
            Payload::ExportSection(section) => {
                for export in section.into_iter().map(Result::unwrap) {
                    if export.kind == ExternalKind::Func {
                        let ty = functions[export.index as usize];
                        exported.insert(export.name.to_owned(), types[ty as usize].clone());
                    }
                }
            }
            _ => {}
        }
    }
    exported
}

fn core(number: &Number) -> ValType {
    match number {
        Number::I32 => ValType::I32,
        Number::I64 => ValType::I64,
    }
}

#[test]
fn the_table_has_what_others_have() {
    let theirs = exported(WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER);
    for signature in SIGNATURES {
        let parameters: Vec<_> = signature.parameters.iter().map(core).collect();
        let results: &[ValType] = if signature.has_errno { &[ValType::I32] } else { &[] };
        let theirs = theirs.get(signature.name).unwrap_or_else(|| panic!("they have no {}", signature.name));
        assert_eq!((theirs.params(), theirs.results()), (&parameters[..], results), "{}", signature.name);
    }
    // What they export beside is about the component that is made with them; they have no function more of any family.
    let family = |name: &str| name.split('_').next().map(str::to_owned);
    let families: BTreeSet<_> = SIGNATURES.iter().map(|signature| family(signature.name)).collect();
    let all = theirs.keys().filter(|name| families.contains(&family(name)));
    assert!(all.eq(SIGNATURES.iter().map(|signature| signature.name)));
}

#[test]
fn the_table_is_in_order() {
    assert!(SIGNATURES.is_sorted_by(|one, next| one.name < next.name));
}
