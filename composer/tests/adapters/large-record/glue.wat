(module
  (type (;0;) (func (result i32)))
  (type (;1;) (func (param i32 i64)))
  (type (;2;) (func (param i32)))
  (import "vfs" "busy" (global (;0;) (mut i32)))
  (import "vfs" "memory" (memory $vfs (;0;) 0))
  (import "app" "memory" (memory $app (;1;) 0))
  (import "vfs" "test:virtual/api#get" (func $"vfs test:virtual/api#get" (;0;) (type 0)))
  (export "get" (func $get))
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
  (func $get (;2;) (type 2) (param i32)
    (local i32)
    (if ;; label = @1
      (global.get 0)
      (then
        (unreachable)))
    (if ;; label = @1
      (i32.and
        (local.get 0)
        (i32.const 7))
      (then
        (unreachable)))
    (call $inside
      (local.get 0)
      (i64.const 160))
    (local.set 1
      (call $"vfs test:virtual/api#get"))
    (memory.copy $app $vfs
      (local.get 0)
      (local.get 1)
      (i32.const 160))
  )
)
