//! Adapters for all functions that the vfs serves.

use wasmtime::{Engine, ExternType, Module};

use super::wit::validate;
use vfs_abi::names::BUSY;
use vfs_compose_adapter::mixed_dispatch::MixedDispatch;
use vfs_compose_adapter::{AdapterKind, Encoding, Group, HandleOrigin, Request, module};
use vfs_compose_vfs::guest::PLAIN;
use vfs_compose_vfs::link::mixed_dispatch;
use vfs_compose_wasi::{Wasi, path_of};

const ALL: Group = Group { has_memory: true, has_realloc: true, encoding: Encoding::Utf8 };

#[test]
fn all_functions_of_the_world_have_glue() {
    let wasi = Wasi::new().unwrap();
    let requests = requests(&wasi);
    assert!(requests.len() > 60, "{}", requests.len());
    validate(&module(&wasi.resolve, &requests, ALL).unwrap()).unwrap();
}

/// The exports of the vfs are written by hand, the adapters are generated: both must agree on the canonical ABI.
#[test]
fn the_vfs_has_the_functions_that_glue_calls() {
    let wasi = Wasi::new().unwrap();
    let engine = Engine::default();
    let vfs = Module::new(&engine, PLAIN.module).unwrap();
    let encodings = [Encoding::Utf8, Encoding::Utf16, Encoding::Latin1OrUtf16];
    let glue = encodings.map(|encoding| {
        let group = Group { encoding, ..ALL };
        Module::new(&engine, module(&wasi.resolve, &requests(&wasi), group).unwrap()).unwrap()
    });
    let mut compared = 0;
    for import in glue.iter().flat_map(Module::imports).filter(|import| import.module() == "vfs") {
        match (import.ty(), vfs.get_export(import.name())) {
            (ExternType::Func(wanted), Some(ExternType::Func(there))) => {
                assert!(there.matches(&wanted), "{}: {there}, not {wanted}", import.name());
                compared += 1;
            }
            (ExternType::Memory(_), Some(ExternType::Memory(_))) => {}
            // Added when it is tailored.
            (ExternType::Global(_), None) if import.name() == BUSY => {}
            (_, there) => panic!("{}: {there:?}", import.name()),
        }
    }
    assert!(compared > 180, "{compared}");
}

fn requests(wasi: &Wasi) -> Vec<Request<'_>> {
    let mut requests = Vec::new();
    for path in wasi.served(vfs_compose_wasi::Track::V0_2) {
        let owner = if path.starts_with("wasi:io/") { HandleOrigin::VfsOrHost } else { HandleOrigin::Vfs };
        let interface = wasi.interface(path).unwrap();
        for function in interface.functions.values() {
            let plain = format!("{path}#{}", function.name);
            requests.push(Request {
                export: plain.clone(),
                kind: AdapterKind::Function { function, owner, special: mixed_dispatch::of(&plain) },
                plain,
                version: None,
            });
        }
        for name in interface.types.iter().filter(|(_, id)| wasi.resource(**id) == Some(**id)).map(|(name, _)| name) {
            let plain = format!("{path}#[dtor]{name}");
            requests.push(Request { export: plain.clone(), plain, kind: AdapterKind::Drop { owner }, version: None });
        }
    }
    requests
}

/// Drops and functions without memory, as they are lowered before an app has a memory.
#[test]
fn functions_of_handles_and_numbers_need_no_memory() {
    let wasi = Wasi::new().unwrap();
    let id = wasi
        .resolve
        .interfaces
        .iter()
        .find(|(id, _)| path_of(&wasi.resolve, *id).as_deref() == Some("wasi:io/streams"));
    let function = &id.unwrap().1.functions["[method]input-stream.subscribe"];
    let owner = HandleOrigin::VfsOrHost;
    let requests = [
        Request {
            export: "subscribe".into(),
            plain: "wasi:io/streams#[method]input-stream.subscribe".into(),
            kind: AdapterKind::Function { function, owner, special: MixedDispatch::None },
            version: None,
        },
        Request {
            export: "drop".into(),
            plain: "wasi:io/streams#[dtor]input-stream".into(),
            kind: AdapterKind::Drop { owner },
            version: None,
        },
    ];
    let glue =
        module(&wasi.resolve, &requests, Group { has_memory: false, has_realloc: false, encoding: Encoding::Utf8 })
            .unwrap();
    validate(&glue).unwrap();
    let text = wasmprinter::print_bytes(&glue).unwrap();
    assert!(!text.contains("memory"), "{text}");
}
