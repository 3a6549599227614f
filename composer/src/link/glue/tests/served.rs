//! Glue for all that the vfs serves.

use super::wit::validate;
use crate::link::glue::{Group, Kind, Owner, Request, module};
use crate::wasi::{Wasi, path_of};

#[test]
fn all_functions_of_the_world_have_glue() {
    let wasi = Wasi::new().unwrap();
    let mut requests = Vec::new();
    for path in wasi.served() {
        let owner = if path.starts_with("wasi:io/") { Owner::Mixed } else { Owner::Virtual };
        let interface = wasi.interface(path).unwrap();
        for function in interface.functions.values() {
            let plain = format!("{path}#{}", function.name);
            requests.push(Request { export: plain.clone(), plain, kind: Kind::Function { function, owner } });
        }
        for name in interface.types.iter().filter(|(_, id)| wasi.resource(**id) == Some(**id)).map(|(name, _)| name) {
            let plain = format!("{path}#[dtor]{name}");
            requests.push(Request { export: plain.clone(), plain, kind: Kind::Drop { owner } });
        }
    }
    assert!(requests.len() > 60, "{}", requests.len());
    let glue = module(&wasi.resolve, &requests, Group { has_memory: true, has_realloc: true }).unwrap();
    validate(&glue).unwrap();
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
    let owner = Owner::Mixed;
    let requests = [
        Request {
            export: "subscribe".into(),
            plain: "wasi:io/streams#[method]input-stream.subscribe".into(),
            kind: Kind::Function { function, owner },
        },
        Request {
            export: "drop".into(),
            plain: "wasi:io/streams#[dtor]input-stream".into(),
            kind: Kind::Drop { owner },
        },
    ];
    let glue = module(&wasi.resolve, &requests, Group { has_memory: false, has_realloc: false }).unwrap();
    validate(&glue).unwrap();
    let text = wasmprinter::print_bytes(&glue).unwrap();
    assert!(!text.contains("memory"), "{text}");
}
