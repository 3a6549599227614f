;; Prints a packed file, and fails if a second one is there.
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "greeting.txtabsent")
  ;; A buffer of 256 bytes at 256. How much was read becomes its length.
  (data (i32.const 32) "\00\01\00\00\00\01\00\00")
  (func $open (param $name i32) (param $length i32) (result i32)
    (call $path_open (i32.const 3) (i32.const 0) (local.get $name) (local.get $length) (i32.const 0)
      (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 48)))
  (func (export "wasi:cli/run@0.2.0#run") (result i32)
    (if (call $open (i32.const 0) (i32.const 12)) (then (return (i32.const 1))))
    (if (call $fd_read (i32.load (i32.const 48)) (i32.const 32) (i32.const 1) (i32.const 36))
      (then (return (i32.const 1))))
    (if (call $fd_write (i32.const 1) (i32.const 32) (i32.const 1) (i32.const 40)) (then (return (i32.const 1))))
    ;; 44 is `noent`.
    (i32.ne (i32.const 44) (call $open (i32.const 12) (i32.const 6)))))
