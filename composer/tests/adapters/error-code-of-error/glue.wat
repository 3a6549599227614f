(module
  (type (;0;) (func (param i32) (result i32)))
  (type (;1;) (func (param i32 i64)))
  (type (;2;) (func (param i32 i32)))
  (import "vfs" "busy" (global (;0;) (mut i32)))
  (import "vfs" "memory" (memory $vfs (;0;) 0))
  (import "app" "memory" (memory $app (;1;) 0))
  (import "vfs" "wasi:filesystem/types#filesystem-error-code" (func $"vfs wasi:filesystem/types#filesystem-error-code" (;0;) (type 0)))
  (export "filesystem-error-code" (func $filesystem-error-code))
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
  (func $filesystem-error-code (;2;) (type 2) (param i32 i32)
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
        (call $inside
          (local.get 1)
          (i64.const 2))
        (i32.store8 $app
          (local.get 1)
          (i32.const 0))
        (return)))
    (call $inside
      (local.get 1)
      (i64.const 2))
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
      (call $"vfs wasi:filesystem/types#filesystem-error-code"
        (local.get 0)))
    (i32.store16 $app align=1
      (local.get 1)
      (i32.load16_u align=1
        (local.get 3)))
  )
)
