;; Opens `a`, reads it and tells it.
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "a")
  (data (i32.const 16) "\40\00\00\00\40\00\00\00")
  (func (export "_start")
    (call $exit (i32.or
      (call $open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0)
        (i32.const 8))
      (i32.or
        (call $read (i32.load (i32.const 8)) (i32.const 16) (i32.const 1) (i32.const 24))
        (call $write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 24)))))))
