(module
  (type (;0;) (func (param i32 i32 i32 i32) (result i32)))
  (type (;1;) (func (param i32 i32 i32 i32 i32 i32)))
  (type (;2;) (func (param i32 i64)))
  (type (;3;) (func (param i32 i32 i32) (result i32)))
  (import "vfs" "busy" (global (;0;) (mut i32)))
  (import "vfs" "memory" (memory $vfs (;0;) 0))
  (import "app" "memory" (memory $app (;1;) 0))
  (import "vfs" "cabi_realloc" (func $"vfs cabi_realloc" (;0;) (type 0)))
  (import "vfs" "test:virtual/api#[method]file.link" (func $"vfs test:virtual/api#[method]file.link" (;1;) (type 1)))
  (export "[method]file.link" (func $"[method]file.link"))
  (func $inside (;2;) (type 2) (param i32 i64)
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
  (func $take (;3;) (type 3) (param i32 i32 i32) (result i32)
    (local i32)
    (memory.copy $vfs $app
      (local.tee 3
        (call $"vfs cabi_realloc"
          (i32.const 0)
          (i32.const 0)
          (local.get 2)
          (local.get 1)))
      (local.get 0)
      (local.get 1))
    (local.get 3)
  )
  (func $"[method]file.link" (;4;) (type 1) (param i32 i32 i32 i32 i32 i32)
    (if ;; label = @1
      (global.get 0)
      (then
        (unreachable)))
    (if ;; label = @1
      (i32.eqz
        (i32.and
          (local.get 0)
          (i32.const 1073741824)))
      (then
        (unreachable)))
    (call $inside
      (local.get 1)
      (i64.extend_i32_u
        (local.get 2)))
    (if ;; label = @1
      (i32.eqz
        (i32.and
          (local.get 3)
          (i32.const 1073741824)))
      (then
        (unreachable)))
    (call $inside
      (local.get 4)
      (i64.extend_i32_u
        (local.get 5)))
    (local.set 0
      (i32.and
        (local.get 0)
        (i32.const -1073741825)))
    (local.set 1
      (call $take
        (local.get 1)
        (local.get 2)
        (i32.const 1)))
    (local.set 3
      (i32.and
        (local.get 3)
        (i32.const -1073741825)))
    (local.set 4
      (call $take
        (local.get 4)
        (local.get 5)
        (i32.const 1)))
    (call $"vfs test:virtual/api#[method]file.link"
      (local.get 0)
      (local.get 1)
      (local.get 2)
      (local.get 3)
      (local.get 4)
      (local.get 5))
  )
)
