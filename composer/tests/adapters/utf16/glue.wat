(module
  (type (;0;) (func (param i32 i32 i32 i32) (result i32)))
  (type (;1;) (func (param i32 i32) (result i32)))
  (type (;2;) (func (param i32 i32 i32 i32 i32) (result i32)))
  (type (;3;) (func (param i32 i64)))
  (type (;4;) (func (param i32 i32 i32) (result i32)))
  (type (;5;) (func (param i32 i32 i32 i32 i32 i32)))
  (import "vfs" "busy" (global (;0;) (mut i32)))
  (import "vfs" "memory" (memory $vfs (;0;) 0))
  (import "app" "memory" (memory $app (;1;) 0))
  (import "vfs" "cabi_realloc" (func $"vfs cabi_realloc" (;0;) (type 0)))
  (import "app" "realloc" (func $"app realloc" (;1;) (type 0)))
  (import "vfs" "vfs-compose:linked#from-utf16" (func $"vfs vfs-compose:linked#from-utf16" (;2;) (type 1)))
  (import "vfs" "vfs-compose:linked#to-utf16" (func $"vfs vfs-compose:linked#to-utf16" (;3;) (type 1)))
  (import "vfs" "test:utf16/api#rename" (func $"vfs test:utf16/api#rename" (;4;) (type 2)))
  (export "rename" (func $rename))
  (func $inside (;5;) (type 3) (param i32 i64)
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
  (func $take (;6;) (type 4) (param i32 i32 i32) (result i32)
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
  (func $give (;7;) (type 4) (param i32 i32 i32) (result i32)
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
  (func $rename (;8;) (type 5) (param i32 i32 i32 i32 i32 i32)
    (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
    (if ;; label = @1
      (global.get 0)
      (then
        (unreachable)))
    (if ;; label = @1
      (i32.and
        (local.get 5)
        (i32.const 3))
      (then
        (unreachable)))
    (call $inside
      (local.get 5)
      (i64.const 8))
    (if ;; label = @1
      (i32.and
        (local.get 0)
        (i32.const 1))
      (then
        (unreachable)))
    (call $inside
      (local.get 0)
      (i64.mul
        (i64.extend_i32_u
          (local.get 1))
        (i64.const 2)))
    (if ;; label = @1
      (i32.ge_u
        (local.tee 6
          (local.get 2))
        (i32.const 2))
      (then
        (unreachable)))
    (drop
      (local.get 6))
    (if ;; label = @1
      (i32.eq
        (local.get 2)
        (i32.const 1))
      (then
        (if ;; label = @2
          (i32.and
            (local.get 3)
            (i32.const 1))
          (then
            (unreachable)))
        (call $inside
          (local.get 3)
          (i64.mul
            (i64.extend_i32_u
              (local.get 4))
            (i64.const 2)))))
    (local.set 0
      (call $take
        (local.get 0)
        (i32.mul
          (local.get 1)
          (i32.const 2))
        (i32.const 2)))
    (local.set 7
      (call $"vfs vfs-compose:linked#from-utf16"
        (local.get 0)
        (local.get 1)))
    (local.set 0
      (i32.load
        (local.get 7)))
    (local.set 1
      (i32.load offset=4
        (local.get 7)))
    (if ;; label = @1
      (i32.eq
        (local.get 2)
        (i32.const 1))
      (then
        (local.set 3
          (call $take
            (local.get 3)
            (i32.mul
              (local.get 4)
              (i32.const 2))
            (i32.const 2)))
        (local.set 8
          (call $"vfs vfs-compose:linked#from-utf16"
            (local.get 3)
            (local.get 4)))
        (local.set 3
          (i32.load
            (local.get 8)))
        (local.set 4
          (i32.load offset=4
            (local.get 8)))))
    (local.set 9
      (call $"vfs test:utf16/api#rename"
        (local.get 0)
        (local.get 1)
        (local.get 2)
        (local.get 3)
        (local.get 4)))
    (i64.store $app align=4
      (local.get 5)
      (i64.load align=4
        (local.get 9)))
    (local.set 10
      (i32.load
        (local.get 9)))
    (local.set 11
      (i32.load offset=4
        (local.get 9)))
    (local.set 12
      (local.get 10))
    (local.set 10
      (call $give
        (local.get 10)
        (i32.mul
          (local.get 11)
          (i32.const 12))
        (i32.const 4)))
    (i32.store $app
      (local.get 5)
      (local.get 10))
    (local.set 17
      (i32.add
        (local.tee 13
          (local.get 10))
        (i32.mul
          (local.get 11)
          (i32.const 12))))
    (block ;; label = @1
      (loop ;; label = @2
        (br_if 1 (;@1;)
          (i32.eq
            (local.get 13)
            (local.get 17)))
        (local.set 14
          (i32.load
            (local.get 12)))
        (local.set 15
          (i32.load offset=4
            (local.get 12)))
        (local.set 16
          (call $"vfs vfs-compose:linked#to-utf16"
            (local.get 14)
            (local.get 15)))
        (local.set 14
          (i32.load
            (local.get 16)))
        (local.set 15
          (i32.load offset=4
            (local.get 16)))
        (local.set 14
          (call $give
            (local.get 14)
            (i32.mul
              (local.get 15)
              (i32.const 2))
            (i32.const 2)))
        (i32.store $app
          (local.get 13)
          (local.get 14))
        (i32.store $app offset=4
          (local.get 13)
          (local.get 15))
        (local.set 12
          (i32.add
            (local.get 12)
            (i32.const 12)))
        (local.set 13
          (i32.add
            (local.get 13)
            (i32.const 12)))
        (br 0 (;@2;))))
  )
)
