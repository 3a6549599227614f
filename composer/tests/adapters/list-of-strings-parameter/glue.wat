(module
  (type (;0;) (func (param i32 i32 i32 i32) (result i32)))
  (type (;1;) (func (param i32 i32) (result i32)))
  (type (;2;) (func (param i32 i64)))
  (type (;3;) (func (param i32 i32 i32) (result i32)))
  (import "vfs" "busy" (global (;0;) (mut i32)))
  (import "vfs" "memory" (memory $vfs (;0;) 0))
  (import "app" "memory" (memory $app (;1;) 0))
  (import "vfs" "cabi_realloc" (func $"vfs cabi_realloc" (;0;) (type 0)))
  (import "vfs" "test:virtual/api#join" (func $"vfs test:virtual/api#join" (;1;) (type 1)))
  (export "join" (func $join))
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
  (func $join (;4;) (type 1) (param i32 i32) (result i32)
    (local i32 i32 i32 i32)
    (if ;; label = @1
      (global.get 0)
      (then
        (unreachable)))
    (if ;; label = @1
      (i32.and
        (local.get 0)
        (i32.const 3))
      (then
        (unreachable)))
    (call $inside
      (local.get 0)
      (i64.mul
        (i64.extend_i32_u
          (local.get 1))
        (i64.const 8)))
    (local.set 0
      (call $take
        (local.get 0)
        (i32.mul
          (local.get 1)
          (i32.const 8))
        (i32.const 4)))
    (local.set 5
      (i32.add
        (local.tee 2
          (local.get 0))
        (i32.mul
          (local.get 1)
          (i32.const 8))))
    (block ;; label = @1
      (loop ;; label = @2
        (br_if 1 (;@1;)
          (i32.eq
            (local.get 2)
            (local.get 5)))
        (local.set 3
          (i32.load
            (local.get 2)))
        (local.set 4
          (i32.load offset=4
            (local.get 2)))
        (call $inside
          (local.get 3)
          (i64.extend_i32_u
            (local.get 4)))
        (local.set 3
          (call $take
            (local.get 3)
            (local.get 4)
            (i32.const 1)))
        (i32.store
          (local.get 2)
          (local.get 3))
        (local.set 2
          (i32.add
            (local.get 2)
            (i32.const 8)))
        (br 0 (;@2;))))
    (call $"vfs test:virtual/api#join"
      (local.get 0)
      (local.get 1))
  )
)
