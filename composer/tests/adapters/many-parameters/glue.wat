(module
  (type (;0;) (func (param i32 i32 i32 i32) (result i32)))
  (type (;1;) (func (param i32)))
  (type (;2;) (func (param i32 i64)))
  (type (;3;) (func (param i32 i32 i32) (result i32)))
  (import "vfs" "busy" (global (;0;) (mut i32)))
  (import "vfs" "memory" (memory $vfs (;0;) 0))
  (import "app" "memory" (memory $app (;1;) 0))
  (import "vfs" "cabi_realloc" (func $"vfs cabi_realloc" (;0;) (type 0)))
  (import "vfs" "test:virtual/api#[method]file.rename" (func $"vfs test:virtual/api#[method]file.rename" (;1;) (type 1)))
  (export "[method]file.rename" (func $"[method]file.rename"))
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
  (func $"[method]file.rename" (;4;) (type 1) (param i32)
    (local i32 i32 i32 i32 i32 i32 i32)
    (if ;; label = @1
      (global.get 0)
      (then
        (unreachable)))
    (local.set 1
      (i32.const 1))
    (if ;; label = @1
      (i32.and
        (local.get 0)
        (i32.const 7))
      (then
        (unreachable)))
    (call $inside
      (local.get 0)
      (i64.mul
        (i64.extend_i32_u
          (local.get 1))
        (i64.const 144)))
    (local.set 2
      (local.get 0))
    (local.set 0
      (call $"vfs cabi_realloc"
        (i32.const 0)
        (i32.const 0)
        (i32.const 8)
        (i32.const 144)))
    (memory.copy $vfs $app
      (local.get 0)
      (local.get 2)
      (i32.const 144))
    (if ;; label = @1
      (i32.eqz
        (i32.and
          (i32.load
            (local.get 0))
          (i32.const 1073741824)))
      (then
        (unreachable)))
    (i32.store
      (local.get 0)
      (i32.and
        (i32.load
          (local.get 0))
        (i32.const -1073741825)))
    (local.set 3
      (i32.load offset=120
        (local.get 0)))
    (local.set 4
      (i32.load offset=124
        (local.get 0)))
    (call $inside
      (local.get 3)
      (i64.extend_i32_u
        (local.get 4)))
    (local.set 3
      (call $take
        (local.get 3)
        (local.get 4)
        (i32.const 1)))
    (i32.store offset=120
      (local.get 0)
      (local.get 3))
    (if ;; label = @1
      (i32.eqz
        (i32.and
          (i32.load offset=128
            (local.get 0))
          (i32.const 1073741824)))
      (then
        (unreachable)))
    (i32.store offset=128
      (local.get 0)
      (i32.and
        (i32.load offset=128
          (local.get 0))
        (i32.const -1073741825)))
    (if ;; label = @1
      (i32.ge_u
        (local.tee 5
          (i32.load8_u offset=132
            (local.get 0)))
        (i32.const 2))
      (then
        (unreachable)))
    (drop
      (local.get 5))
    (if ;; label = @1
      (i32.eq
        (i32.load8_u offset=132
          (local.get 0))
        (i32.const 1))
      (then
        (local.set 6
          (i32.load offset=136
            (local.get 0)))
        (local.set 7
          (i32.load offset=140
            (local.get 0)))
        (call $inside
          (local.get 6)
          (i64.extend_i32_u
            (local.get 7)))
        (local.set 6
          (call $take
            (local.get 6)
            (local.get 7)
            (i32.const 1)))
        (i32.store offset=136
          (local.get 0)
          (local.get 6))))
    (call $"vfs test:virtual/api#[method]file.rename"
      (local.get 0))
  )
)
