;; Reads `m/file`, with a realloc that does what it is told. `VERSION` is that of WASI.
;;
;; Addresses: 0 what must stay, 1024 the path, 1536 what it answers itself, 2048 answers to itself, 4096 its heap.
(module
  (import "wasi:filesystem/preopens@VERSION" "get-directories" (func $directories (param i32)))
  (import "wasi:filesystem/types@VERSION" "[method]descriptor.open-at"
    (func $open-at (param i32 i32 i32 i32 i32 i32 i32)))
  (import "wasi:filesystem/types@VERSION" "[method]descriptor.read-via-stream" (func $via-stream (param i32 i64 i32)))
  (import "wasi:filesystem/types@VERSION" "[method]descriptor.get-type" (func $get-type (param i32 i32)))
  (import "wasi:filesystem/types@VERSION" "[method]descriptor.read" (func $read (param i32 i64 i64 i32)))
  (import "wasi:filesystem/types@VERSION" "[method]descriptor.write" (func $write (param i32 i32 i32 i64 i32)))
  (import "wasi:filesystem/types@VERSION" "[resource-drop]descriptor" (func $drop (param i32)))
  (import "wasi:io/streams@VERSION" "[method]input-stream.read" (func $read-stream (param i32 i64 i32)))
  (import "wasi:io/streams@VERSION" "[method]input-stream.blocking-read" (func $wait-and-read (param i32 i64 i32)))

  (memory (export "memory") 2)
  (data (i32.const 0) "0123456789abcdefghijklmnopqrstuvwxyz")
  (data (i32.const 1024) "m/file!")

  (global $file (mut i32) (i32.const 0))
  (global $stream (mut i32) (i32.const 0))
  (global $heap (mut i32) (i32.const 4096))
  (global $manner (mut i32) (i32.const 0))
  (global $place (mut i32) (i32.const 0))
  (global $apart (mut i32) (i32.const 0))

  (func (export "cabi_realloc") (param $old i32) (param $old-size i32) (param $align i32) (param $size i32) (result i32)
    (local $at i32)
    ;; 0: memory of its own heap.
    (if (i32.eqz (global.get $manner))
      (then
        (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 15)) (i32.const -16)))
        (global.set $heap (i32.add (local.get $at) (local.get $size)))
        (return (local.get $at))))
    ;; From 2 on, it does something before it gives the place.
    (if (i32.eq (global.get $manner) (i32.const 2))
      (then (i64.store (i32.const 4) (i64.add (i64.load (i32.const 4)) (i64.const 0x0101010101010101)))))
    (if (i32.eq (global.get $manner) (i32.const 3))
      (then (return (i32.shl (memory.grow (i32.const 2)) (i32.const 16)))))
    (if (i32.eq (global.get $manner) (i32.const 4)) (then (call $get-type (global.get $file) (i32.const 2048))))
    (if (i32.eq (global.get $manner) (i32.const 5)) (then (call $drop (global.get $file))))
    (if (i32.eq (global.get $manner) (i32.const 6))
      (then (call $read (global.get $file) (i64.const 4) (i64.const 0) (i32.const 2048))))
    (if (i32.eq (global.get $manner) (i32.const 7))
      (then (call $wait-and-read (global.get $stream) (i64.const 4) (i32.const 2048))))
    (if (i32.eq (global.get $manner) (i32.const 8)) (then unreachable))
    (local.set $at (global.get $place))
    (global.set $place (i32.add (local.get $at) (global.get $apart)))
    (local.get $at))

  (func (export "open") (param $flags i32)
    (call $directories (i32.const 2048))
    (call $open-at (i32.load (i32.load (i32.const 2048)))
      (i32.const 1) (i32.const 1024) (i32.const 6) (i32.const 0) (local.get $flags) (i32.const 2048))
    (if (i32.load8_u (i32.const 2048)) (then unreachable))
    (global.set $file (i32.load (i32.const 2052)))
    (call $via-stream (global.get $file) (i64.const 0) (i32.const 2048))
    (if (i32.load8_u (i32.const 2048)) (then unreachable))
    (global.set $stream (i32.load (i32.const 2052)))
    ;; Handles, and where they are put, differ between hosts.
    (global.set $heap (i32.const 4096))
    (memory.fill (i32.const 2048) (i32.const 0) (i32.const 2048))
    (memory.fill (i32.const 4096) (i32.const 0) (i32.const 4096)))

  (func (export "arrange") (param $manner i32) (param $place i32) (param $apart i32)
    (global.set $manner (local.get $manner))
    (global.set $place (local.get $place))
    (global.set $apart (local.get $apart)))

  (func (export "read") (param $by i32) (param $length i64) (param $offset i64) (param $answer i32)
    (if (i32.eqz (local.get $by))
      (then (call $read (global.get $file) (local.get $length) (local.get $offset) (local.get $answer))))
    (if (i32.eq (local.get $by) (i32.const 1))
      (then (call $read-stream (global.get $stream) (local.get $length) (local.get $answer))))
    (if (i32.eq (local.get $by) (i32.const 2))
      (then (call $wait-and-read (global.get $stream) (local.get $length) (local.get $answer))))
    (call $clean (local.get $answer) (select (i32.const 12) (i32.const 16) (local.get $by))))

  ;; Makes bytes of an answer 0 that have no meaning: what is there afterwards is nobody's promise.
  (func $clean (param $answer i32) (param $size i32)
    (memory.fill (i32.add (local.get $answer) (i32.const 1)) (i32.const 0) (i32.const 3))
    (if (i32.eq (local.get $size) (i32.const 16))
      (then (memory.fill (i32.add (local.get $answer) (i32.const 13)) (i32.const 0) (i32.const 3))))
    ;; Of an error, all that follows its number.
    (if (i32.load8_u (local.get $answer))
      (then
        (memory.fill (i32.add (local.get $answer) (i32.const 5)) (i32.const 0)
          (i32.sub (local.get $size) (i32.const 5))))))

  (func (export "write") (param $offset i64)
    (call $write (global.get $file) (i32.const 1030) (i32.const 1) (local.get $offset) (i32.const 2048))
    (if (i32.load8_u (i32.const 2048)) (then unreachable))
    (memory.fill (i32.const 2049) (i32.const 0) (i32.const 7)))

  ;; All of its memory.
  (func (export "look") (result i32)
    (i32.store (i32.const 1536) (i32.const 0))
    (i32.store (i32.const 1540) (i32.shl (memory.size) (i32.const 16)))
    (i32.const 1536)))
