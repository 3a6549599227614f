(module
  (type (;0;) (func (param i32 i32 i64) (result i32)))
  (type (;1;) (func (param i32 i32 i64 i32)))
  (type (;2;) (func (param i32 i64)))
  (import "vfs" "busy" (global (;0;) (mut i32)))
  (import "vfs" "memory" (memory $vfs (;0;) 0))
  (import "app" "memory" (memory $app (;1;) 0))
  (import "vfs" "wasi:io/streams#[method]output-stream.splice" (func $"vfs wasi:io/streams#[method]output-stream.splice" (;0;) (type 0)))
  (import "vfs" "vfs-compose:linked#splice" (func $"vfs vfs-compose:linked#splice" (;1;) (type 0)))
  (import "host" "[method]output-stream.splice" (func $"host [method]output-stream.splice" (;2;) (type 1)))
  (export "[method]output-stream.splice" (func $"[method]output-stream.splice"))
  (func $inside (;3;) (type 2) (param i32 i64)
    (if ;; label = @1
      (i32.or
        (i64.gt_u
          (i64.add
            (i64.extend_i32_u
              (local.get 0))
            (local.get 1))
          (i64.shl
            (i64.extend_i32_u
              (memory.size $app))
            (i64.const 16)))
        (i64.ne
          (i64.shr_u
            (local.get 1)
            (i64.const 32))
          (i64.const 0)))
      (then
        (unreachable)))
  )
  (func $"[method]output-stream.splice" (;4;) (type 1) (param i32 i32 i64 i32)
    (local i32 i32 i32)
    (if ;; label = @1
      (global.get 0)
      (then
        (unreachable)))
    (local.set 4
      (i32.or
        (local.get 0)
        (local.get 4)))
    (local.set 4
      (i32.or
        (local.get 1)
        (local.get 4)))
    (if ;; label = @1
      (i32.eqz
        (i32.and
          (local.get 4)
          (i32.const 1073741824)))
      (then
        (call $"host [method]output-stream.splice"
          (local.get 0)
          (local.get 1)
          (local.get 2)
          (local.get 3))
        (return)))
    (if ;; label = @1
      (i32.and
        (i32.and
          (local.get 0)
          (local.get 1))
        (i32.const 1073741824))
      (then
        (if ;; label = @2
          (i32.and
            (local.get 3)
            (i32.const 7))
          (then
            (unreachable)))
        (call $inside
          (local.get 3)
          (i64.const 16))
        (if ;; label = @2
          (i32.eqz
            (i32.and
              (local.get 0)
              (i32.const 1073741824)))
          (then
            (unreachable)))
        (if ;; label = @2
          (i32.eqz
            (i32.and
              (local.get 1)
              (i32.const 1073741824)))
          (then
            (unreachable)))
        (local.set 0
          (i32.and
            (local.get 0)
            (i32.const -1073741825)))
        (local.set 1
          (i32.and
            (local.get 1)
            (i32.const -1073741825)))
        (local.set 5
          (call $"vfs wasi:io/streams#[method]output-stream.splice"
            (local.get 0)
            (local.get 1)
            (local.get 2)))
        (i64.store $app
          (local.get 3)
          (i64.load
            (local.get 5)))
        (i64.store $app offset=8
          (local.get 3)
          (i64.load offset=8
            (local.get 5)))
        (return)))
    (if ;; label = @1
      (i32.and
        (local.get 3)
        (i32.const 7))
      (then
        (unreachable)))
    (call $inside
      (local.get 3)
      (i64.const 16))
    (local.set 6
      (call $"vfs vfs-compose:linked#splice"
        (local.get 0)
        (local.get 1)
        (local.get 2)))
    (i64.store $app
      (local.get 3)
      (i64.load
        (local.get 6)))
    (i64.store $app offset=8
      (local.get 3)
      (i64.load offset=8
        (local.get 6)))
  )
)
