//! The memory of the vfs is out of the app's reach: every function of a linked app, called with places that are not in its memory.

mod handles;

use wasmtime::Engine;
use wit_parser::abi::{AbiVariant, WasmType};
use wit_parser::{Function, Handle, Resolve, Type, TypeDefKind, WorldItem};

use super::core_runner::{CoreRunner, Modules};
use crate::apps;
use vfs_compose::{Composer, FormChoice};

const VERSION: &str = "0.2.3";
/// An export by which a test recognizes the app's module; the adapters lack it.
const APP: &str = "the app";
/// An export by which a test recognizes the vfs's module.
const VFS: &str = "cabi_realloc";
/// Bytes of the app's memory.
const SIZE: u64 = 2 << 16;
/// Where results go.
const RESULT: u64 = 1024;
/// Where there is the name of a file, and what it is.
const NAME: (u64, &str) = (256, "f");
/// Where there is a list of pollables.
const POLLABLES: u64 = 512;
/// Where there is room.
const ROOM: u64 = 2048;
/// Where a list may come, and the address of the string in its second element.
const LIST: u64 = 8192;
const SECOND: u64 = LIST + 16;

const INTERFACES: [&str; 5] =
    ["wasi:filesystem/types", "wasi:filesystem/preopens", "wasi:io/streams", "wasi:io/poll", "wasi:io/error"];

/// An app, linked.
struct Linked {
    engine: Engine,
    component: Vec<u8>,
    modules: Modules,
    resolve: Resolve,
    /// By the names under which the app exports them.
    functions: Vec<(String, Function)>,
}

impl Linked {
    /// The app exports all functions that it imports, as they are.
    fn new() -> Self {
        let imports: String = INTERFACES.iter().map(|path| format!("import {path}@{VERSION}; ")).collect();
        let (resolve, world) = apps::parse(&[VERSION], &imports);
        let (mut imported, mut exported, mut functions) = (String::new(), String::new(), Vec::new());
        for (key, item) in &resolve.worlds[world].imports {
            let WorldItem::Interface { id, .. } = item else { continue };
            let interface = resolve.name_world_key(key);
            let Some(path) = INTERFACES.iter().find(|path| interface == format!("{path}@{VERSION}")) else { continue };
            for (name, ty) in &resolve.interfaces[*id].types {
                if matches!(resolve.types[*ty].kind, TypeDefKind::Resource) {
                    let drop = format!("[resource-drop]{name}");
                    imported += &format!("(import \"{interface}\" \"{drop}\" (func $drop-{name} (param i32)))\n");
                    exported += &format!("(export \"{drop}\" (func $drop-{name}))\n");
                }
            }
            for function in resolve.interfaces[*id].functions.values() {
                let name = &function.name;
                let number =
                    if name == "get-directories" { format!("${name}") } else { format!("${}", functions.len()) };
                let signature = resolve.wasm_signature(AbiVariant::GuestImport, function);
                let types = |types: &[WasmType]| types.iter().map(|ty| core(*ty)).collect::<Vec<_>>().join(" ");
                let (params, results) = (types(&signature.params), types(&signature.results));
                imported += &format!(
                    "(import \"{interface}\" \"{name}\" (func {number} (param {params}) (result {results})))\n"
                );
                exported += &format!("(export \"{path}#{name}\" (func {number}))\n");
                functions.push((format!("{path}#{name}"), function.clone()));
            }
        }
        let module = format!(
            r#"(module {imported} {exported}
              (memory (export "memory") 2 2)
              (data (i32.const {}) "{}")
              (global $next (mut i32) (i32.const 4096))
              (func (export "{APP}"))
              (func (export "realloc from") (param i32) (global.set $next (local.get 0)))
              (global $scribble (mut i32) (i32.const 0))
              (func (export "scribble") (param i32) (global.set $scribble (local.get 0)))
              (global $call (mut i32) (i32.const 0))
              (func (export "call from realloc") (global.set $call (i32.const 1)))
              (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                (if (i32.and (i32.ne (global.get $scribble) (i32.const 0)) (i32.gt_u (global.get $next) (i32.const {LIST})))
                  (then (i32.store (i32.const {SECOND}) (global.get $scribble))
                    (i32.store offset=4 (i32.const {SECOND}) (i32.const 64))))
                (if (global.get $call)
                  (then (global.set $call (i32.const 0)) (call $get-directories (i32.const {ROOM}))))
                (global.set $next (i32.add (global.get $next) (i32.const 256)))
                (i32.sub (global.get $next) (i32.const 256))))"#,
            NAME.0, NAME.1
        );
        let app = apps::written(&[VERSION], &imports, &module);
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join(NAME.1), "contents").unwrap();
        std::os::unix::fs::symlink(NAME.1, directory.path().join("l")).unwrap();
        let composer = Composer::new(app).image(directory.path()).times(0).form(FormChoice::Linked);
        let composer = composer.preopen("/").preopen_as("/", "second");
        let component = composer.compose().unwrap().to_bytes().unwrap();
        let engine = Engine::default();
        let modules = Modules::compile(&engine, &component);
        Self { engine, component, modules, resolve, functions }
    }

    fn start(&self) -> Started<'_> {
        let mut started = Started {
            linked: self,
            runner: CoreRunner::new(&self.engine, &self.component, &self.modules),
            handles: Vec::new(),
        };
        started.open();
        started
    }
}

fn core(ty: WasmType) -> &'static str {
    match ty {
        WasmType::I32 | WasmType::Pointer | WasmType::Length => "i32",
        WasmType::I64 | WasmType::PointerOrI64 => "i64",
        WasmType::F32 => "f32",
        WasmType::F64 => "f64",
    }
}

/// A linked app that has a handle of each kind.
struct Started<'l> {
    linked: &'l Linked,
    runner: CoreRunner,
    /// Resources and handles of them.
    handles: Vec<(&'static str, u64)>,
}

impl Started<'_> {
    /// What lies at an address of the app's memory, as a little-endian number.
    fn word(&self, at: u64) -> u64 {
        let memory = self.runner.memory(APP);
        let bytes = &memory.data(&self.runner.store)[at as usize..][..4];
        u32::from_le_bytes(bytes.try_into().unwrap()).into()
    }

    fn call(&mut self, name: &str, args: &[u64]) -> Option<Vec<u64>> {
        self.runner.call(APP, name, args)
    }

    /// Calls what returns a `result` at [`RESULT`], and expects this case.
    fn expect(&mut self, case: u64, name: &str, args: &[u64]) {
        let args: Vec<_> = args.iter().copied().chain([RESULT]).collect();
        assert!(self.call(name, &args).is_some(), "{name}");
        assert_eq!(self.word(RESULT) & 0xff, case, "{name}");
    }

    fn open_file(&mut self, directory: u64) -> u64 {
        // Read and write.
        let args = [directory, 0, NAME.0, 1, 0, 3];
        self.expect(0, "wasi:filesystem/types#[method]descriptor.open-at", &args);
        self.word(RESULT + 4)
    }

    fn directory(&mut self) -> u64 {
        assert!(self.call("wasi:filesystem/preopens#get-directories", &[RESULT]).is_some());
        self.word(self.word(RESULT))
    }

    fn open(&mut self) {
        let directory = self.directory();
        let file = self.open_file(directory);
        self.expect(0, "wasi:filesystem/types#[method]descriptor.read-via-stream", &[file, 0]);
        let input = self.word(RESULT + 4);
        self.expect(0, "wasi:filesystem/types#[method]descriptor.append-via-stream", &[file]);
        let output = self.word(RESULT + 4);
        self.expect(0, "wasi:filesystem/types#[method]descriptor.read-directory", &[directory]);
        let entries = self.word(RESULT + 4);
        let pollable = self.call("wasi:io/streams#[method]input-stream.subscribe", &[input]).unwrap()[0];
        // A file cannot be so large.
        self.expect(0, "wasi:filesystem/types#[method]descriptor.write-via-stream", &[file, u64::MAX - 1]);
        let failing = self.word(RESULT + 4);
        // What `write` may take.
        self.expect(0, "wasi:io/streams#[method]output-stream.check-write", &[output]);
        let write = "wasi:io/streams#[method]output-stream.blocking-write-and-flush";
        self.expect(1, write, &[failing, NAME.0, 8]);
        let error = self.word(RESULT + 8);
        let list = (pollable as u32).to_le_bytes();
        self.runner.memory(APP).write(&mut self.runner.store, POLLABLES as usize, &list).unwrap();
        self.handles = vec![
            ("descriptor", directory),
            ("input-stream", input),
            ("output-stream", output),
            ("directory-entry-stream", entries),
            ("pollable", pollable),
            ("error", error),
        ];
    }

    /// What the app would pass.
    fn arguments(&self, function: &Function) -> Vec<u64> {
        let resolve = &self.linked.resolve;
        let mut args = Vec::new();
        for param in &function.params {
            match self.kind(param.ty) {
                Kind::Handle(name) => args.push(self.handles.iter().find(|(one, _)| *one == name).unwrap().1),
                Kind::String => args.extend([NAME.0, 1]),
                Kind::Pollables => args.extend([POLLABLES, 1]),
                Kind::Bytes => args.extend([ROOM, 8]),
                Kind::Number => {
                    let mut storage = [WasmType::I32; 16];
                    let mut flat = wit_parser::abi::FlatTypes::new(&mut storage);
                    resolve.push_flat(&param.ty, &mut flat);
                    args.extend(flat.to_vec().iter().map(|_| 0));
                }
            }
        }
        if resolve.wasm_signature(AbiVariant::GuestImport, function).retptr {
            args.push(RESULT);
        }
        args
    }

    fn kind(&self, ty: Type) -> Kind {
        let types = &self.linked.resolve.types;
        match ty {
            Type::String => Kind::String,
            Type::Id(id) => match &types[id].kind {
                TypeDefKind::Handle(Handle::Own(id) | Handle::Borrow(id)) => {
                    Kind::Handle(types[*id].name.clone().unwrap())
                }
                TypeDefKind::List(Type::U8) => Kind::Bytes,
                TypeDefKind::List(_) => Kind::Pollables,
                TypeDefKind::Type(ty) => self.kind(*ty),
                _ => Kind::Number,
            },
            _ => Kind::Number,
        }
    }

    /// Fails unless the tree is as it was, as the app sees it.
    fn assert_whole(&mut self) {
        self.call("realloc from", &[4096]).unwrap();
        let directory = self.directory();
        let file = self.open_file(directory);
        self.expect(0, "wasi:filesystem/types#[method]descriptor.read", &[file, 99, 0]);
        let (at, size) = (self.word(RESULT + 4) as usize, self.word(RESULT + 8) as usize);
        let memory = self.runner.memory(APP);
        assert_eq!(&memory.data(&self.runner.store)[at..][..size], b"contents");
        let readlink = "wasi:filesystem/types#[method]descriptor.readlink-at";
        memory.write(&mut self.runner.store, ROOM as usize, b"l").unwrap();
        self.expect(0, readlink, &[directory, ROOM, 1]);
        self.expect(0, "wasi:filesystem/types#[method]descriptor.read-directory", &[directory]);
        let entries = self.word(RESULT + 4);
        for some in [1, 1, 0] {
            let next = "wasi:filesystem/types#[method]directory-entry-stream.read-directory-entry";
            self.expect(0, next, &[entries]);
            assert_eq!(self.word(RESULT + 4) & 0xff, some);
        }
    }
}

enum Kind {
    Handle(String),
    String,
    Bytes,
    Pollables,
    Number,
}

/// Places and lengths that are not in the app's memory. One place is in the vfs's; some lengths are small when they are made bytes.
fn wild(ty: WasmType, vfs_size: u64) -> Vec<u64> {
    match ty {
        WasmType::Pointer => vec![SIZE, vfs_size - 64, 0x8000_0000, 0xffff_fff8, 0xffff_ffff],
        WasmType::Length => vec![SIZE, vfs_size - 4096, 0x4000_0001, 0x8000_0000, 0x8000_0001, 0xffff_ffff],
        _ => Vec::new(),
    }
}

#[test]
fn what_is_called_with_wild_places_traps_and_has_changed_nothing() {
    let linked = Linked::new();
    let mut called = 0;
    for (name, function) in &linked.functions {
        let mut started = linked.start();
        let args = started.arguments(function);
        assert!(started.call(name, &args).is_some(), "{name} {args:x?}");

        let mut started = linked.start();
        let signature = linked.resolve.wasm_signature(AbiVariant::GuestImport, function);
        let args = started.arguments(function);
        let vfs = started.runner.memory(VFS);
        for (slot, ty) in signature.params.iter().enumerate() {
            for wild in wild(*ty, vfs.data_size(&started.runner.store) as u64) {
                let mut args = args.clone();
                args[slot] = wild;
                let before = vfs.data(&started.runner.store).to_vec();
                assert_eq!(started.call(name, &args), None, "{name} {args:x?}");
                assert!(vfs.data(&started.runner.store) == before, "{name} {args:x?}");
                called += 1;
            }
        }
        started.assert_whole();
    }
    assert!(called > 300, "{called}");
}

/// The app's own realloc is no more to be trusted than its pointers.
#[test]
fn results_do_not_go_where_the_app_has_no_memory() {
    let linked = Linked::new();
    let mut trapped = 0;
    for (name, function) in &linked.functions {
        for wild in [SIZE, SIZE - 1, 0x8000_0000, 0xffff_ff00] {
            let mut started = linked.start();
            let mut args = started.arguments(function);
            // Read something.
            if let [_, length @ .., _] = args.as_mut_slice()
                && name.ends_with("read")
            {
                length[0] = 8;
            }
            let vfs = started.runner.memory(VFS).data_size(&started.runner.store);
            started.call("realloc from", &[wild]).unwrap();
            trapped += u32::from(started.call(name, &args).is_none());
            assert_eq!(started.runner.memory(VFS).data_size(&started.runner.store), vfs, "{name}");
            if !CHANGES.iter().any(|part| name.contains(part)) {
                started.assert_whole();
            }
        }
    }
    assert!(trapped > 20, "{trapped}");
}

const GET_DIRECTORIES: &str = "wasi:filesystem/preopens#get-directories";

/// While an answer is carried over, the app writes over what it has of it already.
#[test]
fn an_answer_is_not_read_where_the_app_can_write() {
    let linked = Linked::new();
    let image = 0xe0f5_e1e2_u32.to_le_bytes();
    let mut started = linked.start();
    let vfs = started.runner.memory(VFS).data(&started.runner.store);
    let secret = vfs.windows(4).position(|bytes| bytes == image).unwrap() as u64;
    started.call("realloc from", &[LIST]).unwrap();
    started.call("scribble", &[secret]).unwrap();
    started.call(GET_DIRECTORIES, &[RESULT]).unwrap();
    let memory = started.runner.memory(APP);
    let memory = memory.data(&started.runner.store);
    assert!(memory.windows(6).any(|bytes| bytes == b"second"));
    assert!(!memory.windows(4).any(|bytes| bytes == image));
}

/// Nothing can be called while memory for an answer is asked for, as the component model has it.
#[test]
fn realloc_cannot_call() {
    let linked = Linked::new();
    let mut started = linked.start();
    assert!(started.call(GET_DIRECTORIES, &[RESULT]).is_some());
    started.call("call from realloc", &[]).unwrap();
    assert_eq!(started.call(GET_DIRECTORIES, &[RESULT]), None);
}

/// Functions that change the tree.
const CHANGES: [&str; 10] =
    ["write", "splice", "rename", "unlink", "link", "create", "remove", "set-", "open-at", "via-stream"];
