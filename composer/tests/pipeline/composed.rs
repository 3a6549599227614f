//! Apps that are compositions of components themselves.

use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions};
use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource};
use wasmtime_wasi::p2::DynInputStream;

use super::{apps, run};
use vfs_compose::error::Error;
use vfs_compose::{Composer, FormChoice, inspect};

/// A command whose import `lib` is a library's.
fn plugged(command: Vec<u8>, library: Vec<u8>) -> Vec<u8> {
    let mut graph = CompositionGraph::new();
    let mut add = |name: &str, bytes: Vec<u8>| {
        let package = Package::from_bytes(name, None, bytes, graph.types_mut()).unwrap();
        graph.register_package(package).unwrap()
    };
    let (command, library) = (add("command", command), add("library", library));
    wac_graph::plug(&mut graph, vec![library], command).unwrap();
    graph.encode(EncodeOptions::default()).unwrap()
}

fn composed(app: &[u8], form: FormChoice) -> Result<Vec<u8>, Error> {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("f"), "XYZ").unwrap();
    Composer::new(app.to_vec()).image(directory.path()).times(0).form(form).compose()?.to_bytes()
}

/// Both forms must run, and neither import files.
fn runs_in_both_forms(app: &[u8]) {
    for form in [FormChoice::Plugged, FormChoice::Linked] {
        let composed = composed(app, form).unwrap();
        assert_eq!(run::command(&composed), Ok(()), "{form:?}");
        let imports = inspect(&composed).unwrap().imports;
        assert!(!imports.iter().any(|import| import.starts_with("wasi:filesystem/")), "{imports:?}");
    }
}

const IMPORTS: &str =
    "import wasi:io/streams@0.2.3; import wasi:filesystem/types@0.2.3; import wasi:filesystem/preopens@0.2.3;";

/// Functions of the host, and a memory.
const HEAD: &str = r#"
  (import "wasi:filesystem/preopens@0.2.3" "get-directories" (func $dirs (param i32)))
  (import "wasi:filesystem/types@0.2.3" "[method]descriptor.open-at"
    (func $open (param i32 i32 i32 i32 i32 i32 i32)))
  (import "wasi:filesystem/types@0.2.3" "[method]descriptor.create-directory-at" (func $make (param i32 i32 i32 i32)))
  (import "wasi:filesystem/types@0.2.3" "[method]descriptor.read-via-stream" (func $stream (param i32 i64 i32)))
  (import "wasi:filesystem/types@0.2.3" "[resource-drop]descriptor" (func $close (param i32)))
  (import "wasi:io/streams@0.2.3" "[method]input-stream.blocking-read" (func $read (param i32 i64 i32)))
  (import "wasi:io/streams@0.2.3" "[resource-drop]input-stream" (func $drop (param i32)))"#;
const MEMORY: &str = r#"
  (memory (export "memory") 1)
  (global $next (mut i32) (i32.const 4096))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (global.set $next (i32.and (i32.add (global.get $next) (i32.const 15)) (i32.const -16)))
    (global.get $next)
    (global.set $next (i32.add (global.get $next) (local.get 3))))
  (data (i32.const 0) "f") (data (i32.const 1) "d")
  (func $root (result i32) (call $dirs (i32.const 16)) (i32.load (i32.load (i32.const 16))))"#;

fn library(interface: &str, code: &str) -> Vec<u8> {
    let world = format!("{IMPORTS} export lib: interface {{ {interface} }}");
    apps::written(&["0.2.3"], &world, &format!("(module {HEAD} {MEMORY} {code})"))
}

fn command(interface: &str, imports: &str, body: &str) -> Vec<u8> {
    let world = format!("{IMPORTS} import lib: interface {{ {interface} }} export wasi:cli/run@0.2.3;");
    let run = format!(r#"(func (export "wasi:cli/run@0.2.3#run") (result i32) {body})"#);
    apps::written(&["0.2.3"], &world, &format!("(module {HEAD} {imports} {MEMORY} {run})"))
}

/// Opens the file `f` and gives its stream away.
const OPENS: &str = r#"
  (func (export "lib#open") (result i32)
    (call $open (call $root) (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 32))
    (if (i32.load8_u (i32.const 32)) (then unreachable))
    (call $stream (i32.load (i32.const 36)) (i64.const 0) (i32.const 48))
    (if (i32.load8_u (i32.const 48)) (then unreachable))
    (call $close (i32.load (i32.const 36)))
    (i32.load (i32.const 52)))"#;

#[test]
fn a_stream_that_a_part_gives_to_another() {
    let interface = "use wasi:io/streams@0.2.3.{input-stream}; open: func() -> input-stream;";
    let imports = r#"(import "lib" "open" (func $given (result i32)))"#;
    let body = r#"
      (local $stream i32)
      (local.set $stream (call $given))
      (call $read (local.get $stream) (i64.const 10) (i32.const 32))
      (if (i32.load8_u (i32.const 32)) (then unreachable))
      (if (i32.ne (i32.load (i32.const 40)) (i32.const 3)) (then unreachable))
      (call $drop (local.get $stream))
      (i32.ne (i32.load16_u (i32.load (i32.const 36))) (i32.const 0x5958))"#;
    runs_in_both_forms(&plugged(command(interface, imports, body), library(interface, OPENS)));
}

#[test]
fn a_directory_that_a_part_makes_and_another_finds() {
    let interface = "make: func();";
    let code = r#"
      (func (export "lib#make")
        (call $make (call $root) (i32.const 1) (i32.const 1) (i32.const 32))
        (if (i32.load8_u (i32.const 32)) (then unreachable)))"#;
    let imports = r#"(import "lib" "make" (func $there))"#;
    // Made by the other part, it exists (14 in `error-code`).
    let body = r#"
      (call $there)
      (call $make (call $root) (i32.const 1) (i32.const 1) (i32.const 32))
      (i32.eqz (i32.load8_u (i32.const 32)))"#;
    runs_in_both_forms(&plugged(command(interface, imports, body), library(interface, code)));
}

#[test]
fn a_stream_that_a_part_lends_to_another() {
    let interface = "use wasi:io/streams@0.2.3.{input-stream}; look: func(s: borrow<input-stream>, count: u32);";
    let code = r#"(func (export "lib#look") (param i32 i32)
      (call $read (local.get 0) (i64.const 1) (i32.const 32))
      (if (i32.load8_u (i32.const 32)) (then unreachable))
      (if (i32.ne (i32.load8_u (i32.load (i32.const 36))) (local.get 1)) (then unreachable))
      (call $drop (local.get 0)))"#;
    let imports = r#"(import "lib" "look" (func $look (param i32 i32)))"#;
    // It is still there after each call, and one byte further.
    let body = r#"
      (local $stream i32)
      (call $open (call $root) (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 32))
      (call $stream (i32.load (i32.const 36)) (i64.const 0) (i32.const 48))
      (local.set $stream (i32.load (i32.const 52)))
      (call $look (local.get $stream) (i32.const 0x58))
      (call $look (local.get $stream) (i32.const 0x59))
      (call $read (local.get $stream) (i64.const 1) (i32.const 32))
      (call $drop (local.get $stream))
      (i32.ne (i32.load8_u (i32.load (i32.const 36))) (i32.const 0x5a))"#;
    runs_in_both_forms(&plugged(command(interface, imports, body), library(interface, code)));
}

#[test]
fn a_stream_of_the_host_that_a_part_lends_to_another() {
    let interface = "use wasi:io/streams@0.2.3.{output-stream}; look: func(s: borrow<output-stream>) -> u64;";
    let of_host = r#"
      (import "wasi:io/streams@0.2.3" "[method]output-stream.check-write" (func $check (param i32 i32)))
      (import "wasi:io/streams@0.2.3" "[resource-drop]output-stream" (func $let-go (param i32)))"#;
    let code = r#"(func (export "lib#look") (param i32) (result i64)
      (call $check (local.get 0) (i32.const 32))
      (call $let-go (local.get 0))
      (if (i32.load8_u (i32.const 32)) (then unreachable))
      (i64.load (i32.const 40)))"#;
    let world = format!("{IMPORTS} export lib: interface {{ {interface} }}");
    let library = apps::written(&["0.2.3"], &world, &format!("(module {HEAD} {of_host} {MEMORY} {code})"));
    let imports = format!(
        r#"{of_host} (import "lib" "look" (func $look (param i32) (result i64)))
           (import "wasi:cli/stdout@0.2.3" "get-stdout" (func $stdout (result i32)))"#
    );
    let body = r#"
      (local $stream i32)
      (local.set $stream (call $stdout))
      (if (i64.eqz (call $look (local.get $stream))) (then unreachable))
      (if (i64.eqz (call $look (local.get $stream))) (then unreachable))
      (call $let-go (local.get $stream))
      (i32.const 0)"#;
    let world = format!(
        "{IMPORTS} import wasi:cli/stdout@0.2.3; import lib: interface {{ {interface} }} export wasi:cli/run@0.2.3;"
    );
    let run = format!(r#"(func (export "wasi:cli/run@0.2.3#run") (result i32) {body})"#);
    let command = apps::written(&["0.2.3"], &world, &format!("(module {HEAD} {imports} {MEMORY} {run})"));
    runs_in_both_forms(&plugged(command, library));
}

/// A function of the host's that cannot answer with an error; each part has it with a memory of its own.
#[test]
fn parts_that_give_files_to_the_host() {
    let host = "import host: interface {
        use wasi:io/streams@0.2.3.{input-stream}; watch: func(source: borrow<input-stream>, why: string); }";
    let watch = r#"(import "host" "watch" (func $watch (param i32 i32 i32)))"#;
    let interface = "use wasi:io/streams@0.2.3.{input-stream}; open: func() -> input-stream; watch: func();";
    let code = r#"(func (export "lib#watch") (call $watch (call $file) (i32.const 0) (i32.const 1)))"#;
    let world = format!("{IMPORTS} {host} export lib: interface {{ {interface} }}");
    let opens = OPENS.replace("(func (export", "(func $file (export");
    let library = apps::written(&["0.2.3"], &world, &format!("(module {HEAD} {watch} {MEMORY} {opens} {code})"));
    for (call, imports) in [
        ("(call $there)", r#"(import "lib" "watch" (func $there))"#),
        (
            "(call $watch (call $given) (i32.const 0) (i32.const 1))",
            r#"(import "lib" "open" (func $given (result i32)))"#,
        ),
    ] {
        let world = format!("{IMPORTS} {host} import lib: interface {{ {interface} }} export wasi:cli/run@0.2.3;");
        let run = format!(r#"(func (export "wasi:cli/run@0.2.3#run") (result i32) {call} (i32.const 0))"#);
        let module = format!("(module {HEAD} {watch} {imports} {MEMORY} {run})");
        let command = apps::written(&["0.2.3"], &world, &module);
        let linked = composed(&plugged(command, library.clone()), FormChoice::Linked).unwrap();
        let host = |linker: &mut Linker<run::State>| {
            let watch = |_: StoreContextMut<'_, run::State>, (_, _): (Resource<DynInputStream>, String)| Ok(());
            linker.instance("host").unwrap().func_wrap("watch", watch).unwrap();
        };
        let ran = run::Running::new(&linked, host).run();
        assert!(
            matches!(&ran.end, run::End::Trapped(error) if error.contains("`host#watch` was given")),
            "{:?}",
            ran.end
        );
    }
}
