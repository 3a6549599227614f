//! Programs that tests run.

use crate::here::Here;

/// A preview1 program that prints its arguments and variables, as they lie in memory.
pub const TELLS: &str = r#"(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get" (func $environ (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_prestat_get" (func $prestat (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func $print (param $from i32) (param $length i32)
    (i32.store (i32.const 0) (local.get $from))
    (i32.store (i32.const 4) (local.get $length))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  (func (export "_start")
    (drop (call $prestat (i32.const 3) (i32.const 16)))
    (drop (call $args_sizes (i32.const 16) (i32.const 20)))
    (drop (call $args (i32.const 1024) (i32.const 4096)))
    (call $print (i32.const 4096) (i32.load (i32.const 20)))
    (drop (call $environ_sizes (i32.const 16) (i32.const 20)))
    (drop (call $environ (i32.const 1024) (i32.const 4096)))
    (call $print (i32.const 4096) (i32.load (i32.const 20)))))"#;

/// No host has what it imports.
pub const UNMET: &str = r#"(component
  (import "other:thing/needed" (instance $needed (export "f" (func (result u32)))))
  (core func $f (canon lower (func $needed "f")))
  (core module $program (import "" "f" (func $f (result i32))) (func (export "run") (result i32) call $f))
  (core instance $program (instantiate $program (with "" (instance (export "f" (func $f))))))
  (func $run (result (result)) (canon lift (core func $program "run")))
  (instance $exports (export "run" (func $run)))
  (export "wasi:cli/run@0.2.3" (instance $exports)))"#;

/// A preview1 program that makes the files `a` and `b` and changes `hello.txt`, and ends by `end`.
pub fn writes(end: &str) -> Vec<u8> {
    let text = format!(
        r#"(module
          (import "wasi_snapshot_preview1" "path_open"
            (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
          (memory (export "memory") 1)
          (data (i32.const 64) "abhello.txt")
          (func $make (param $name i32) (param $length i32)
            (if (call $open (i32.const 3) (i32.const 0) (local.get $name) (local.get $length) (i32.const 1)
                  (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 16))
              (then unreachable))
            (i32.store (i32.const 0) (i32.const 64))
            (i32.store (i32.const 4) (i32.const 1))
            (if (call $write (i32.load (i32.const 16)) (i32.const 0) (i32.const 1) (i32.const 8)) (then unreachable)))
          (func (export "_start")
            (call $make (i32.const 64) (i32.const 1))
            (call $make (i32.const 65) (i32.const 1))
            (call $make (i32.const 66) (i32.const 9))
            {end}))"#
    );
    wat::parse_str(text).unwrap()
}

/// A preview1 command.
pub fn command(body: &str) -> String {
    format!(
        r#"(module
          (import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))
          (memory (export "memory") 1)
          (func (export "_start") {body}))"#
    )
}

pub fn run(here: &Here, args: &[&str]) -> String {
    let output = here.command(args).env_clear().env("INHERITED", "1").env("OTHER", "2").output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
