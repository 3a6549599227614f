//! How often contents are copied between a file and the buffer of a preview1 program. The engine counts, by the cost of
//! each operator, the bytes of every `memory.copy`, and those of all other operators that write to a memory: stores,
//! `memory.fill` and `memory.init`. So all that is compiled is counted: the program, the bridge with its loops, the vfs, and
//! what the engine itself generates between two components. What a host does in its own code is not.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use tempfile::TempDir;
use vfs_compose::{Composer, ExitCode, Files, FormChoice};
use wasmtime::{Config, Engine, OperatorCost};
use wit_component::{StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use crate::run::Running;

/// Bytes of the file `f`: some chunks.
const SIZE: u32 = 300_000;
/// Bytes that a changed file has in one piece.
const CHUNK: u32 = 65_536;
/// The most bytes that the bridge moves by loads and stores.
const SHORT: u32 = 64;
/// Lengths of one buffer. Beside short ones, some end in the middle of a chunk, and some go through several.
const LENGTHS: [u32; 9] = [1, 7, 64, 65, 100, 4096, 65_536, 65_537, 200_000];

fn contents() -> Vec<u8> {
    (0..SIZE).map(|number| (number % 251) as u8).collect()
}

/// Makes a program whose functions the host calls: `read` and `write` at an offset, so many bytes in each of so many
/// parts. They act on `f`, which is open since `_initialize`, and return how many bytes were done, or an error number
/// below 0.
fn program() -> Vec<u8> {
    let mut resolve = Resolve::default();
    let text = "package test:copies; world copies {
        export read: func(offset: u64, length: u32, parts: u32) -> s64;
        export write: func(offset: u64, length: u32, parts: u32) -> s64; }";
    let package = resolve.push_source("copies.wit", text).unwrap();
    let world = resolve.select_world(&[package], None).unwrap();
    let act = |name: &str| {
        format!(
            r#"(func (export "{name}") (param $offset i64) (param $length i32) (param $parts i32) (result i64)
              (local $part i32) (local $errno i32)
              (loop $next
                (i32.store (i32.add (i32.const 128) (i32.shl (local.get $part) (i32.const 3)))
                  (i32.add (i32.const 65536) (i32.mul (local.get $part) (local.get $length))))
                (i32.store offset=4 (i32.add (i32.const 128) (i32.shl (local.get $part) (i32.const 3)))
                  (local.get $length))
                (local.set $part (i32.add (local.get $part) (i32.const 1)))
                (br_if $next (i32.lt_u (local.get $part) (local.get $parts))))
              (local.set $errno (call $fd_p{name} (global.get $file) (i32.const 128) (local.get $parts)
                (local.get $offset) (i32.const 64)))
              (if (result i64) (local.get $errno)
                (then (i64.sub (i64.const 0) (i64.extend_i32_u (local.get $errno))))
                (else (i64.load32_u (i32.const 64)))))"#
        )
    };
    let text = format!(
        r#"(module
          (import "wasi_snapshot_preview1" "path_open"
            (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_pread" (func $fd_pread (param i32 i32 i32 i64 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_pwrite" (func $fd_pwrite (param i32 i32 i32 i64 i32) (result i32)))
          (memory (export "memory") 16)
          (data (i32.const 8) "f")
          (global $file (mut i32) (i32.const 0))
          (func (export "_initialize")
            (if (call $path_open (i32.const 3) (i32.const 0) (i32.const 8) (i32.const 1) (i32.const 0) (i64.const 66)
                  (i64.const 0) (i32.const 0) (i32.const 64))
              (then unreachable))
            (global.set $file (i32.load (i32.const 64))))
          {} {})"#,
        act("read"),
        act("write")
    );
    let mut module = wat::parse_str(text).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    module
}

/// What an engine counts, besides calls: each function that is entered consumes 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    /// Nothing.
    Calls,
    /// Bytes of `memory.copy`.
    Copied,
    /// Bytes of stores, `memory.fill` and `memory.init`.
    Stored,
}

/// Makes an engine whose fuel is what it counts.
fn engine(what: What) -> Engine {
    let Ok(Value::Object(mut costs)) = serde_json::to_value(OperatorCost::new()) else { panic!("a cost by operator") };
    let Some(Value::Object(mut runs)) = costs.remove("variable") else { panic!("costs of runs of bytes") };
    let clear = |costs: &mut Map<String, Value>| costs.values_mut().for_each(|cost| *cost = 0.into());
    clear(&mut costs);
    clear(&mut runs);
    let set = |costs: &mut Map<String, Value>, name: &str, cost: u8| {
        assert!(costs.insert(name.to_owned(), cost.into()).is_some(), "no `{name}`");
    };
    match what {
        What::Calls => {}
        What::Copied => set(&mut runs, "memory_copy_per_byte", 1),
        What::Stored => {
            set(&mut runs, "memory_fill_per_byte", 1);
            set(&mut runs, "memory_init_per_byte", 1);
            let stores: Vec<_> = costs.keys().filter(|name| name.contains("Store")).cloned().collect();
            for name in stores {
                set(&mut costs, &name, stored(&name));
            }
        }
    }
    costs.insert("variable".to_owned(), runs.into());
    let mut config = Config::new();
    config.consume_fuel(true).operator_cost(serde_json::from_value(costs.into()).unwrap());
    Engine::new(&config).unwrap()
}

/// Returns how many bytes an operator stores, by its name: `I64Store`, `I64Store8`, `V128Store`, `I32AtomicStore16`, ...
fn stored(name: &str) -> u8 {
    let (kind, bits) = name.split_once("Store").unwrap();
    let bits: String = bits.chars().take_while(char::is_ascii_digit).collect();
    let whole = if kind.starts_with("V128") { 128 } else { kind[1..3].parse().unwrap() };
    bits.parse().unwrap_or(whole) / 8
}

/// A program that runs on an engine that counts.
struct Counting(BTreeMap<What, Running>);

/// What a call has written to memories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Counted {
    copied: u64,
    stored: u64,
}

impl Counting {
    fn new(component: &[u8], directory: Option<&TempDir>) -> Self {
        let directory = directory.map(TempDir::path);
        let running = |what| (what, Running::by(&engine(what), directory, component, |_| ()));
        Self([What::Calls, What::Copied, What::Stored].map(running).into())
    }

    /// Composed with a file of [`SIZE`] bytes.
    fn composed(form: FormChoice) -> Self {
        let mut files = Files::new();
        files.add_file("f", contents()).unwrap();
        let composed = Composer::new(program()).files(files).form(form).compose().unwrap();
        Self::new(&composed.to_bytes().unwrap(), None)
    }

    /// Calls `read` or `write`, which do all that is asked for.
    fn count(&mut self, name: &str, offset: u64, length: u32, parts: u32) -> Counted {
        let [calls, copied, stored] = [What::Calls, What::Copied, What::Stored].map(|what| {
            let Running { store, instance, .. } = self.0.get_mut(&what).unwrap();
            let act = instance.get_typed_func::<(u64, u32, u32), (i64,)>(&mut *store, name).unwrap();
            let before = store.get_fuel().unwrap();
            let (bytes,) = act.call(&mut *store, (offset, length, parts)).unwrap();
            assert_eq!(bytes, i64::from(length * parts), "{name}: {length} bytes at {offset}");
            before - store.get_fuel().unwrap()
        });
        Counted { copied: copied - calls, stored: stored - calls }
    }

    /// Writes to every chunk, so that none is copied up any more.
    fn change_all(&mut self) {
        for chunk in 0..SIZE.div_ceil(CHUNK) {
            self.count("write", u64::from(chunk * CHUNK), 1, 1);
        }
    }
}

/// Bytes that a call with a vector of one part writes for its own purposes, at most.
const OVERHEAD: u64 = 600;

/// Checks that `length` bytes went once through the bridge of the linked form. It moves the bytes of a short run, and so
/// those at the end of a chunk, by stores.
fn check_once(what: &str, counted: Counted, length: u32, parts: u32) {
    let (bytes, short) = (u64::from(length * parts), u64::from(2 * SHORT));
    let once = bytes..=bytes + OVERHEAD * u64::from(parts);
    assert!(once.contains(&(counted.copied + counted.stored)), "{what}: {length} bytes, {counted:?}");
    assert!(counted.copied + short * u64::from(parts) >= bytes, "{what}: {length} bytes, {counted:?}");
}

#[test]
fn a_read_of_n_bytes_copies_n_linked() {
    let mut counting = Counting::composed(FormChoice::Linked);
    for changed in [false, true] {
        if changed {
            counting.change_all();
        }
        for length in LENGTHS {
            check_once("read", counting.count("read", 3, length, 1), length, 1);
        }
        // Each part on its own.
        check_once("read", counting.count("read", 3, 4096, 8), 4096, 8);
    }
}

#[test]
fn a_write_of_n_bytes_copies_n_linked() {
    let mut counting = Counting::composed(FormChoice::Linked);
    // The first change of a chunk copies it up.
    let Counted { copied, stored } = counting.count("write", 3, 1, 1);
    assert_eq!(copied, u64::from(CHUNK));
    assert!(stored <= OVERHEAD, "{stored}");
    counting.change_all();
    for length in LENGTHS {
        check_once("write", counting.count("write", 3, length, 1), length, 1);
    }
    check_once("write", counting.count("write", 3, 4096, 8), 4096, 8);
}

/// The engine itself carries contents from the one component to the other, once, by stores.
#[test]
fn contents_are_copied_by_the_engine_plugged() {
    let mut counting = Counting::composed(FormChoice::Plugged);
    let is_near = |stored: u64, length: u32| (u64::from(length)..=u64::from(length) + OVERHEAD).contains(&stored);
    for length in LENGTHS {
        let counted = counting.count("read", 3, length, 1);
        assert!(counted.copied == 0 && is_near(counted.stored, length), "{length} bytes: {counted:?}");
    }
    counting.change_all();
    // The buffer for what is gathered grows, and stays.
    counting.count("read", 3, 200_000, 1);
    for length in LENGTHS {
        // What a list is made of lies in one piece, so that of several chunks is gathered first.
        let is_gathered = 3 + length > CHUNK;
        let gathered = if is_gathered { u64::from(length) } else { 0 };
        let counted = counting.count("read", 3, length, 1);
        assert!(counted.copied == gathered && is_near(counted.stored, length), "{length} bytes: {counted:?}");
        // Into the arguments of the vfs, and from there into the file.
        let counted = counting.count("write", 3, length, 1);
        let bytes = counted.copied + counted.stored;
        assert!(is_near(bytes - u64::from(length), length), "{length} bytes: {counted:?}");
    }
}

/// The host copies straight to and from the program's buffer.
#[test]
fn contents_are_not_copied_adapted() {
    let directory = TempDir::new().unwrap();
    std::fs::write(directory.path().join("f"), contents()).unwrap();
    let adapted = vfs_compose::adapt(&program(), ExitCode::Bool, None).unwrap();
    let mut counting = Counting::new(&adapted, Some(&directory));
    for (name, length) in ["read", "write"].into_iter().flat_map(|name| LENGTHS.map(|length| (name, length))) {
        let counted = counting.count(name, 3, length, 1);
        assert!(counted.copied == 0 && counted.stored <= OVERHEAD, "{name}: {length} bytes, {counted:?}");
    }
}
