(module
  (type (;0;) (func (param i32 i32 i32 i32) (result i32)))
  (type (;1;) (func (param i32 i32) (result i32)))
  (type (;2;) (func (param i32 i64)))
  (type (;3;) (func (param i32 i32 i32) (result i32)))
  (type (;4;) (func (param i32 i32 i32)))
  (import "vfs" "busy" (global (;0;) (mut i32)))
  (import "vfs" "memory" (memory $vfs (;0;) 0))
  (import "app" "memory" (memory $app (;1;) 0))
  (import "vfs" "cabi_realloc" (func $"vfs cabi_realloc" (;0;) (type 0)))
  (import "app" "realloc" (func $"app realloc" (;1;) (type 0)))
  (import "vfs" "vfs-compose:linked#from-latin1-or-utf16" (func $"vfs vfs-compose:linked#from-latin1-or-utf16" (;2;) (type 1)))
  (import "vfs" "vfs-compose:linked#to-latin1-or-utf16" (func $"vfs vfs-compose:linked#to-latin1-or-utf16" (;3;) (type 1)))
  (import "vfs" "test:latin1-or-utf16/api#link" (func $"vfs test:latin1-or-utf16/api#link" (;4;) (type 1)))
  (export "link" (func $link))
  (func $inside (;5;) (type 2) (param i32 i64)
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
  (func $take (;6;) (type 3) (param i32 i32 i32) (result i32)
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
  (func $give (;7;) (type 3) (param i32 i32 i32) (result i32)
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
  (func $link (;8;) (type 4) (param i32 i32 i32)
    (local i32 i32 i32 i32 i32)
    (if ;; label = @1
      (global.get 0)
      (then
        (unreachable)))
    (if ;; label = @1
      (i32.and
        (local.get 2)
        (i32.const 3))
      (then
        (unreachable)))
    (call $inside
      (local.get 2)
      (i64.const 12))
    (if ;; label = @1
      (i32.and
        (local.get 0)
        (i32.const 1))
      (then
        (unreachable)))
    (call $inside
      (local.get 0)
      (i64.shl
        (i64.extend_i32_u
          (i32.and
            (local.get 1)
            (i32.const 2147483647)))
        (i64.extend_i32_u
          (i32.shr_u
            (local.get 1)
            (i32.const 31)))))
    (local.set 0
      (call $take
        (local.get 0)
        (i32.wrap_i64
          (i64.shl
            (i64.extend_i32_u
              (i32.and
                (local.get 1)
                (i32.const 2147483647)))
            (i64.extend_i32_u
              (i32.shr_u
                (local.get 1)
                (i32.const 31)))))
        (i32.const 2)))
    (local.set 3
      (call $"vfs vfs-compose:linked#from-latin1-or-utf16"
        (local.get 0)
        (local.get 1)))
    (local.set 0
      (i32.load
        (local.get 3)))
    (local.set 1
      (i32.load offset=4
        (local.get 3)))
    (local.set 4
      (call $"vfs test:latin1-or-utf16/api#link"
        (local.get 0)
        (local.get 1)))
    (i64.store $app align=4
      (local.get 2)
      (i64.load align=4
        (local.get 4)))
    (i32.store $app offset=8
      (local.get 2)
      (i32.load offset=8
        (local.get 4)))
    (if ;; label = @1
      (i32.eq
        (i32.load8_u
          (local.get 4))
        (i32.const 1))
      (then
        (local.set 5
          (i32.load offset=4
            (local.get 4)))
        (local.set 6
          (i32.load offset=8
            (local.get 4)))
        (local.set 7
          (call $"vfs vfs-compose:linked#to-latin1-or-utf16"
            (local.get 5)
            (local.get 6)))
        (local.set 5
          (i32.load
            (local.get 7)))
        (local.set 6
          (i32.load offset=4
            (local.get 7)))
        (local.set 5
          (call $give
            (local.get 5)
            (i32.wrap_i64
              (i64.shl
                (i64.extend_i32_u
                  (i32.and
                    (local.get 6)
                    (i32.const 2147483647)))
                (i64.extend_i32_u
                  (i32.shr_u
                    (local.get 6)
                    (i32.const 31)))))
            (i32.const 2)))
        (i32.store $app offset=4
          (local.get 2)
          (local.get 5))
        (i32.store $app offset=8
          (local.get 2)
          (local.get 6))))
  )
)
