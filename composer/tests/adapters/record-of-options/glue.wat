(module
  (type (;0;) (func (param i32) (result i32)))
  (type (;1;) (func (param i32 i64)))
  (type (;2;) (func (param i32 i32)))
  (import "vfs" "busy" (global (;0;) (mut i32)))
  (import "vfs" "memory" (memory $vfs (;0;) 0))
  (import "app" "memory" (memory $app (;1;) 0))
  (import "vfs" "test:virtual/api#[method]file.stat" (func $"vfs test:virtual/api#[method]file.stat" (;0;) (type 0)))
  (export "[method]file.stat" (func $"[method]file.stat"))
  (func $inside (;1;) (type 1) (param i32 i64)
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
  (func $"[method]file.stat" (;2;) (type 2) (param i32 i32)
    (local i32)
    (if ;; label = @1
      (global.get 0)
      (then
        (unreachable)))
    (if ;; label = @1
      (i32.and
        (local.get 1)
        (i32.const 7))
      (then
        (unreachable)))
    (call $inside
      (local.get 1)
      (i64.const 104))
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
    (local.set 2
      (call $"vfs test:virtual/api#[method]file.stat"
        (local.get 0)))
    (i64.store $app
      (local.get 1)
      (i64.load
        (local.get 2)))
    (i64.store $app offset=8
      (local.get 1)
      (i64.load offset=8
        (local.get 2)))
    (i64.store $app offset=16
      (local.get 1)
      (i64.load offset=16
        (local.get 2)))
    (i64.store $app offset=24
      (local.get 1)
      (i64.load offset=24
        (local.get 2)))
    (i64.store $app offset=32
      (local.get 1)
      (i64.load offset=32
        (local.get 2)))
    (i64.store $app offset=40
      (local.get 1)
      (i64.load offset=40
        (local.get 2)))
    (i64.store $app offset=48
      (local.get 1)
      (i64.load offset=48
        (local.get 2)))
    (i64.store $app offset=56
      (local.get 1)
      (i64.load offset=56
        (local.get 2)))
    (i64.store $app offset=64
      (local.get 1)
      (i64.load offset=64
        (local.get 2)))
    (i64.store $app offset=72
      (local.get 1)
      (i64.load offset=72
        (local.get 2)))
    (i64.store $app offset=80
      (local.get 1)
      (i64.load offset=80
        (local.get 2)))
    (i64.store $app offset=88
      (local.get 1)
      (i64.load offset=88
        (local.get 2)))
    (i64.store $app offset=96
      (local.get 1)
      (i64.load offset=96
        (local.get 2)))
  )
)
