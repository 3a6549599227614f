//! What is left of the module for one program.

use std::collections::BTreeSet;

use vfs_abi::names::program;
use vfs_compose_vfs::guest::Needs;
use vfs_compose_vfs::specialize::preview1;
use vfs_preview1_abi::signature::SIGNATURES;

use super::machine::{Plan, all, tailored};

/// The functions that the module calls if a program imports these.
fn called(functions: &[&str]) -> BTreeSet<String> {
    let exports = functions.iter().map(|name| preview1::export(name)).collect();
    let (_, imports) = tailored(&Plan::default(), &exports);
    imports.into_iter().map(|import| format!("{}#{}", import.path, import.name)).collect()
}

#[test]
fn a_program_gets_the_functions_that_it_imports() {
    let has = |functions: &[&str], name: &str| called(functions).iter().any(|called| called.contains(name));
    // Files need the memory of the program, and the time.
    let files = ["path_open", "path_filestat_get", "fd_close", "fd_seek", "fd_readdir", "fd_prestat_get"];
    let expected =
        ["program#copy-in", "program#copy-out", "program#size", "program#store", "wasi:clocks/wall-clock#now"];
    assert_eq!(called(&files), expected.map(str::to_owned).into());
    assert!(called(&["sched_yield", "proc_raise"]).iter().all(|name| !name.starts_with("wasi:cli")));
    // Each stream comes with what uses it.
    assert!(has(&["fd_read"], "get-stdin") && !has(&["fd_read"], "get-stdout"));
    assert!(has(&["fd_write"], "get-stdout") && !has(&["fd_write"], "get-stdin"));
    assert!(!has(&["fd_read", "fd_write"], "pollable") && has(&["poll_oneoff"], "#poll"));
    assert!(!has(&["fd_read", "fd_write", "random_get"], "monotonic"));
    assert!(has(&["clock_time_get"], "monotonic-clock#now") && !has(&["clock_time_get"], "subscribe"));
    assert!(has(&["random_get"], "get-random-bytes") && !has(&["fd_read"], "get-random-bytes"));
    assert!(has(&["args_get"], "get-arguments") && !has(&["args_get"], "get-environment"));
    assert!(has(&["proc_exit"], "exit-with-code") && !has(&["proc_exit"], "program#"));
}

#[test]
fn nothing_of_it_is_left_for_whoever_does_not_ask() {
    let exports = BTreeSet::from(["wasi:filesystem/types#[method]descriptor.stat".to_owned()]);
    for needs in [Needs::default(), Needs { preview1: true, ..Needs::default() }] {
        let (module, imports) = tailored(&Plan { needs, ..Plan::default() }, &exports);
        assert!(imports.iter().all(|import| import.path != program::MODULE));
        let has = |text: &[u8]| module.windows(text.len()).any(|bytes| bytes == text);
        assert!(!has(b"wasi_snapshot_preview1") && !has(b"copy-in"));
    }
}

#[test]
fn only_a_guest_with_them_has_the_functions() {
    let wasi = vfs_compose_wasi::Wasi::new().unwrap();
    let embedding = vfs_compose_vfs::specialize::Embedding {
        guest: vfs_compose_vfs::guest::Guest::choose(Needs::default()).unwrap(),
        settings: Vec::new(),
        image_size: 0,
        answers: Default::default(),
    };
    let refused = vfs_compose_vfs::specialize::inside(&wasi, &all(), |_, _| 0, &embedding);
    assert!(refused.is_err());
}

#[test]
fn all_functions_have_their_types() {
    let (module, _) = tailored(&Plan::default(), &all());
    assert_eq!(SIGNATURES.len(), all().len());
    // Tailoring has compared them; whoever links calls them by these names.
    let engine = wasmtime::Engine::default();
    let module = wasmtime::Module::new(&engine, module).unwrap();
    let functions = module.exports().filter(|export| export.name().starts_with("wasi_snapshot_preview1#"));
    assert_eq!(functions.count(), 46);
}
