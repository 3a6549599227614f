//! preview1 modules whose core exports become those of a WIT world: alone on a directory of the host, composed in both
//! forms, and plugged into a vfs that was made for the module.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use vfs_compose::{Composer, ExitCode, Files, Wit, inspect};
use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentExportIndex, ComponentNamedList, Lift, Lower, Val};
use wit_parser::Resolve;

use crate::FORMS;
use crate::any_app::plug;
use crate::run::{Running, State};

/// Opens `/f` and returns its length and its first byte, with everything in the first page of memory.
const READS: &str = r#"
    (import "wasi_snapshot_preview1" "path_open"
      (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_filestat_get" (func $fd_filestat_get (param i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "f")
    (data (i32.const 16) "\20\00\00\00\01\00\00\00")
    (func $holds (param $errno i32) (if (local.get $errno) (then unreachable)))
    (func $open (result i32)
      (call $holds (call $path_open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 1)
        (i32.const 0) (i64.const 0x200002) (i64.const 0) (i32.const 0) (i32.const 8)))
      (i32.load (i32.const 8)))
    (func $length (result i64)
      (call $holds (call $fd_filestat_get (call $open) (i32.const 64)))
      (i64.load (i32.const 96)))
    (func $first (result i32)
      (call $holds (call $fd_read (call $open) (i32.const 16) (i32.const 1) (i32.const 24)))
      (i32.load8_u (i32.const 32)))"#;

const CONTENTS: &[u8] = b"A file of a reactor";

fn module(body: &str) -> Vec<u8> {
    wat::parse_str(format!("(module {READS} {body})")).unwrap()
}

/// Files of WIT in a directory of their own.
struct Wits(TempDir);

impl Wits {
    fn new(files: &[(&str, &str)]) -> Self {
        let directory = TempDir::new().unwrap();
        for (name, text) in files {
            let path = directory.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self(directory)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

fn files() -> Files {
    let mut files = Files::new();
    files.add_file("f", CONTENTS).unwrap();
    files
}

fn composer(module: &[u8], wit: &Wit) -> Composer {
    Composer::new(module).files(files()).wit(wit.clone())
}

/// Calls the exports of all components that can be made of a module that reads a file.
fn in_all_ways(module: &[u8], wit: &Wit, call: impl Fn(&mut Running)) {
    let adapted = vfs_compose::adapt(module, ExitCode::Bool, Some(wit)).unwrap();
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("f"), CONTENTS).unwrap();
    let composed = FORMS.map(|form| composer(module, wit).form(form).compose().unwrap().to_bytes().unwrap());
    let vfs = composer(module, wit).vfs().unwrap().to_bytes().unwrap();
    let plugged = plug(&adapted, &vfs);
    call(&mut running(&adapted, Some(directory.path())));
    for component in composed.iter().chain([&plugged]) {
        let imports = inspect(component).unwrap().imports;
        assert!(!imports.iter().any(|name| name.starts_with("wasi:filesystem/")), "{imports:?}");
        call(&mut running(component, None));
    }
}

/// With the function of the host that one of the worlds imports.
fn running(component: &[u8], directory: Option<&Path>) -> Running {
    Running::on(directory, component, |linker| {
        let tell = |mut store: StoreContextMut<'_, State>, (text,): (String,)| {
            store.data_mut().log.push(text);
            Ok(())
        };
        linker.instance("test:lib/host@1.0.0").unwrap().func_wrap("tell", tell).unwrap();
    })
}

/// Calls an export of a component, or of an instance that it exports.
fn call<P, R>(running: &mut Running, instance: Option<&str>, name: &str, params: P) -> R
where
    P: ComponentNamedList + Lower,
    R: ComponentNamedList + Lift + 'static,
{
    let Running { store, instance: component, .. } = running;
    let instance: Option<ComponentExportIndex> =
        instance.map(|name| component.get_export_index(&mut *store, None, name).unwrap());
    let index = component.get_export_index(&mut *store, instance.as_ref(), name).unwrap();
    let function = component.get_typed_func::<P, R>(&mut *store, index).unwrap();
    function.call(&mut *store, params).unwrap()
}

#[test]
fn numbers_need_nothing_but_their_types() {
    let wits = Wits::new(&[("w.wit", "package t:t; world w { export add: func(a: u32, b: u32) -> u32; }")]);
    let wit = Wit::new(wits.path("w.wit"));
    let add = r#"(func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))"#;
    let alone = wat::parse_str(format!("(module {add})")).unwrap();
    let check = |running: &mut Running| {
        let sum: (u32,) = call(running, None, "add", (40_u32, 2_u32));
        assert_eq!(sum, (42,));
    };
    in_all_ways(&module(add), &wit, check);
    // What imports nothing at all becomes a component too, and can be composed.
    check(&mut running(&vfs_compose::adapt(&alone, ExitCode::Bool, Some(&wit)).unwrap(), None));
    for form in FORMS {
        let composed = composer(&alone, &wit).allow_unused(true).form(form).compose().unwrap();
        assert_eq!(composed.report().exports, ["add"]);
        check(&mut running(&composed.to_bytes().unwrap(), None));
    }
}

#[test]
fn packed_files_are_read() {
    let text = "package t:t; world w { export length: func() -> u64; export first-byte: func() -> u8; }";
    let wits = Wits::new(&[("w.wit", text)]);
    let exports = r#"(export "length" (func $length)) (export "first-byte" (func $first))"#;
    in_all_ways(&module(exports), &Wit::new(wits.path("w.wit")), |running| {
        let length: (u64,) = call(running, None, "length", ());
        let first: (u8,) = call(running, None, "first-byte", ());
        assert_eq!((length.0, first.0), (CONTENTS.len() as u64, CONTENTS[0]));
    });
}

/// Gives room from the second page on, and returns strings from where they were put.
const REALLOC: &str = r#"
    (global $free (mut i32) (i32.const 1024))
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
      (global.get $free) (global.set $free (i32.add (global.get $free) (local.get 3))))"#;

#[test]
fn strings_go_in_and_out() {
    let text = "package t:t; world w { export same: func(text: string) -> string; export first-byte: func() -> u8; }";
    let wits = Wits::new(&[("w.wit", text)]);
    let body = format!(
        r#"{REALLOC}
        (func (export "same") (param i32 i32) (result i32)
          (i32.store (i32.const 512) (local.get 0)) (i32.store (i32.const 516) (local.get 1)) (i32.const 512))
        (func (export "cabi_post_same") (param i32) (i32.store8 (i32.const 32) (i32.const 1)))
        (export "first-byte" (func $first))"#
    );
    in_all_ways(&module(&body), &Wit::new(wits.path("w.wit")), |running| {
        for text in ["a string, for whom it concerns", "", "é"] {
            let same: (String,) = call(running, None, "same", (text,));
            assert_eq!(same.0, text);
        }
        let first: (u8,) = call(running, None, "first-byte", ());
        assert_eq!(first.0, CONTENTS[0]);
    });
}

/// A package with a dependency. Its world exports an interface of its own and one of the dependency. It imports another
/// one, which the module calls, and one of WASI, which it does not call.
const PACKAGE: &str = "package test:mine; interface lengths { of-file: func() -> u64; }
    world all { import test:lib/host@1.0.0; import wasi:random/random@0.2.0; export lengths;
      export test:lib/bytes@1.0.0; }
    world none {}";
const LIBRARY: &str =
    "package test:lib@1.0.0; interface bytes { record pair { byte: u8, twice: u32 } read: func() -> pair; }
    interface host { tell: func(text: string); }";
const RANDOM: &str = "package wasi:random@0.2.0; interface random { get-random-u64: func() -> u64; }";
/// The core exports for it.
const EXPORTS: &str = r#"
    (func (export "test:mine/lengths#of-file") (result i64) (call $tell (i32.const 0) (i32.const 1)) (call $length))
    (func (export "test:lib/bytes@1.0.0#read") (result i32)
      (i32.store8 (i32.const 128) (call $first))
      (i32.store (i32.const 132) (i32.mul (i32.const 2) (i32.load8_u (i32.const 128))))
      (i32.const 128))"#;

#[test]
fn interfaces_come_from_files_directories_and_encoded_packages() {
    let wits = Wits::new(&[
        ("mine/mine.wit", PACKAGE),
        ("mine/deps/lib.wit", LIBRARY),
        ("mine/deps/random/random.wit", RANDOM),
        ("one.wit", &format!("{PACKAGE}\n{}}}\n{}}}", LIBRARY.replacen(';', " {", 1), RANDOM.replacen(';', " {", 1))),
    ]);
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(wits.path("mine")).unwrap();
    fs::write(wits.path("mine.wasm"), wit_component::encode(&resolve, package).unwrap()).unwrap();
    let import = r#"(module (import "test:lib/host@1.0.0" "tell" (func $tell (param i32 i32)))"#;
    let module = wat::parse_str(format!("{import} {READS} {EXPORTS})")).unwrap();
    let check = |running: &mut Running| {
        let length: (u64,) = call(running, Some("test:mine/lengths"), "of-file", ());
        assert_eq!(length.0, CONTENTS.len() as u64);
        let Running { store, instance, .. } = running;
        let bytes = instance.get_export_index(&mut *store, None, "test:lib/bytes@1.0.0").unwrap();
        let read = instance.get_export_index(&mut *store, Some(&bytes), "read").unwrap();
        let mut pair = [Val::Bool(false)];
        instance.get_func(&mut *store, read).unwrap().call(&mut *store, &[], &mut pair).unwrap();
        let fields = [("byte", Val::U8(CONTENTS[0])), ("twice", Val::U32(2 * u32::from(CONTENTS[0])))];
        assert_eq!(pair, [Val::Record(fields.map(|(name, value)| (name.to_owned(), value)).into())]);
        // The host of this world was called with memory of the module.
        assert_eq!(running.store.data().log, ["f"]);
    };
    for name in ["mine", "one.wit", "mine.wasm"] {
        in_all_ways(&module, &Wit::new(wits.path(name)).world("all"), check);
    }
    // A world may have the name of its package, too, and what the module does not call is not imported.
    let wit = Wit::new(wits.path("mine")).world("test:mine/all");
    let adapted = vfs_compose::adapt(&module, ExitCode::Bool, Some(&wit)).unwrap();
    let inspection = inspect(&adapted).unwrap();
    assert_eq!(inspection.exports, ["test:mine/lengths", "test:lib/bytes@1.0.0"]);
    assert!(inspection.imports.contains(&"test:lib/host@1.0.0".to_owned()), "{:?}", inspection.imports);
    assert!(!inspection.imports.contains(&"wasi:random/random@0.2.0".to_owned()), "{:?}", inspection.imports);
}

/// Beside `_start`, a world has further exports; `_initialize` has run before they are called.
#[test]
fn commands_and_what_is_initialized_have_worlds_too() {
    let wits = Wits::new(&[("w.wit", "package t:t; world w { export length: func() -> u64; }")]);
    let wit = Wit::new(wits.path("w.wit"));
    let command = module(r#"(func (export "_start")) (export "length" (func $length))"#);
    let check = |running: &mut Running| {
        let length: (u64,) = call(running, None, "length", ());
        assert_eq!(length.0, CONTENTS.len() as u64);
    };
    in_all_ways(&command, &wit, check);
    for form in FORMS {
        let composed = composer(&command, &wit).form(form).compose().unwrap();
        assert_eq!(composed.report().exports, ["length", "wasi:cli/run@0.2.0"]);
    }
    let initialized = module(
        r#"(global $length (mut i64) (i64.const 0))
        (func (export "_initialize") (global.set $length (call $length)))
        (func (export "length") (result i64) (global.get $length))"#,
    );
    in_all_ways(&initialized, &wit, check);
}
