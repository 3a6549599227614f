(module
  (type (;0;) (func (param i32 i32 i32 i32) (result i32)))
  (type (;1;) (func (result i32)))
  (type (;2;) (func (param i32 i64)))
  (type (;3;) (func (param i32 i32 i32) (result i32)))
  (type (;4;) (func (param i32)))
  (import "vfs" "busy" (global (;0;) (mut i32)))
  (import "vfs" "memory" (memory $vfs (;0;) 0))
  (import "app" "memory" (memory $app (;1;) 0))
  (import "app" "realloc" (func $"app realloc" (;0;) (type 0)))
  (import "vfs" "test:virtual/api#get-arguments" (func $"vfs test:virtual/api#get-arguments" (;1;) (type 1)))
  (export "get-arguments" (func $get-arguments))
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
  (func $give (;3;) (type 3) (param i32 i32 i32) (result i32)
    (local i32)
    (global.set 0
      (i32.const 1))
    (local.set 3
      (call $"app realloc"
        (i32.const 0)
        (i32.const 0)
        (local.get 2)
        (local.get 1)))
    (global.set 0
      (i32.const 0))
    (if ;; label = @1
      (i32.and
        (local.get 3)
        (i32.sub
          (local.get 2)
          (i32.const 1)))
      (then
        (unreachable)))
    (memory.copy $app $vfs
      (local.get 3)
      (local.get 0)
      (local.get 1))
    (local.get 3)
  )
  (func $get-arguments (;4;) (type 4) (param i32)
    (local i32 i32 i32 i32 i32 i32 i32 i32)
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
      (i64.const 8))
    (local.set 1
      (call $"vfs test:virtual/api#get-arguments"))
    (i64.store $app align=4
      (local.get 0)
      (i64.load align=4
        (local.get 1)))
    (local.set 2
      (i32.load
        (local.get 1)))
    (local.set 3
      (i32.load offset=4
        (local.get 1)))
    (local.set 4
      (local.get 2))
    (local.set 2
      (call $give
        (local.get 2)
        (i32.mul
          (local.get 3)
          (i32.const 8))
        (i32.const 4)))
    (i32.store $app
      (local.get 0)
      (local.get 2))
    (local.set 8
      (i32.add
        (local.tee 5
          (local.get 2))
        (i32.mul
          (local.get 3)
          (i32.const 8))))
    (block ;; label = @1
      (loop ;; label = @2
        (br_if 1 (;@1;)
          (i32.eq
            (local.get 5)
            (local.get 8)))
        (local.set 6
          (i32.load
            (local.get 4)))
        (local.set 7
          (i32.load offset=4
            (local.get 4)))
        (local.set 6
          (call $give
            (local.get 6)
            (local.get 7)
            (i32.const 1)))
        (i32.store $app
          (local.get 5)
          (local.get 6))
        (local.set 4
          (i32.add
            (local.get 4)
            (i32.const 8)))
        (local.set 5
          (i32.add
            (local.get 5)
            (i32.const 8)))
        (br 0 (;@2;))))
  )
)
