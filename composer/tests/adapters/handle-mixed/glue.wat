(module
  (type (;0;) (func (param i32) (result i32)))
  (type (;1;) (func (param i32 i32)))
  (type (;2;) (func (param i32 i64)))
  (import "vfs" "busy" (global (;0;) (mut i32)))
  (import "vfs" "memory" (memory $vfs (;0;) 0))
  (import "app" "memory" (memory $app (;1;) 0))
  (import "vfs" "test:mixed/api#[method]file.subscribe" (func $"vfs test:mixed/api#[method]file.subscribe" (;0;) (type 0)))
  (import "host" "[method]file.subscribe" (func $"host [method]file.subscribe" (;1;) (type 0)))
  (import "vfs" "test:mixed/api#[method]file.length" (func $"vfs test:mixed/api#[method]file.length" (;2;) (type 0)))
  (import "host" "[method]file.length" (func $"host [method]file.length" (;3;) (type 1)))
  (export "[method]file.subscribe" (func $"[method]file.subscribe"))
  (export "[method]file.length" (func $"[method]file.length"))
  (func $inside (;4;) (type 2) (param i32 i64)
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
  (func $"[method]file.subscribe" (;5;) (type 0) (param i32) (result i32)
    (local i32)
    (if ;; label = @1
      (global.get 0)
      (then
        (unreachable)))
    (local.set 1
      (i32.or
        (local.get 0)
        (local.get 1)))
    (if ;; label = @1
      (i32.eqz
        (i32.and
          (local.get 1)
          (i32.const 1073741824)))
      (then
        (return
          (call $"host [method]file.subscribe"
            (local.get 0)))))
    (if ;; label = @1
      (i32.eqz
        (i32.and
          (local.get 0)
          (i32.const 1073741824)))
      (then
        (unreachable)))
    (local.set 0
      (i32.and
        (local.get 0)
        (i32.const -1073741825)))
    (call $"vfs test:mixed/api#[method]file.subscribe"
      (local.get 0))
  )
  (func $"[method]file.length" (;6;) (type 1) (param i32 i32)
    (local i32 i32)
    (if ;; label = @1
      (global.get 0)
      (then
        (unreachable)))
    (local.set 2
      (i32.or
        (local.get 0)
        (local.get 2)))
    (if ;; label = @1
      (i32.eqz
        (i32.and
          (local.get 2)
          (i32.const 1073741824)))
      (then
        (call $"host [method]file.length"
          (local.get 0)
          (local.get 1))
        (return)))
    (if ;; label = @1
      (i32.and
        (local.get 1)
        (i32.const 7))
      (then
        (unreachable)))
    (call $inside
      (local.get 1)
      (i64.const 16))
    (if ;; label = @1
      (i32.eqz
        (i32.and
          (local.get 0)
          (i32.const 1073741824)))
      (then
        (unreachable)))
    (local.set 0
      (i32.and
        (local.get 0)
        (i32.const -1073741825)))
    (local.set 3
      (call $"vfs test:mixed/api#[method]file.length"
        (local.get 0)))
    (i64.store $app
      (local.get 1)
      (i64.load
        (local.get 3)))
    (i64.store $app offset=8
      (local.get 1)
      (i64.load offset=8
        (local.get 3)))
  )
)
