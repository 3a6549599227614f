(module
  (type (;0;) (func (param i32 i32 i32 i32)))
  (type (;1;) (func (param i32)))
  (type (;2;) (func (param i32 i64)))
  (import "vfs" "busy" (global (;0;) (mut i32)))
  (import "vfs" "memory" (memory $vfs (;0;) 0))
  (import "app" "memory" (memory $app (;1;) 0))
  (import "host" "send" (func $"host send" (;0;) (type 0)))
  (import "host" "[resource-drop]input-stream" (func $"host [resource-drop]input-stream" (;1;) (type 1)))
  (import "vfs" "[dtor]input-stream" (func $"vfs [dtor]input-stream" (;2;) (type 1)))
  (import "host" "[resource-drop]of-host" (func $"host [resource-drop]of-host" (;3;) (type 1)))
  (export "send" (func $send))
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
  (func $send (;5;) (type 0) (param i32 i32 i32 i32)
    (local i32 i32)
    (local.set 4
      (i32.or
        (local.get 0)
        (local.get 4)))
    (local.set 4
      (i32.or
        (local.get 1)
        (local.get 4)))
    (local.set 4
      (i32.or
        (local.get 2)
        (local.get 4)))
    (if ;; label = @1
      (i32.eqz
        (i32.and
          (local.get 4)
          (i32.const 1073741824)))
      (then
        (call $"host send"
          (local.get 0)
          (local.get 1)
          (local.get 2)
          (local.get 3))
        (return)))
    (if ;; label = @1
      (i32.and
        (local.get 3)
        (i32.const 7))
      (then
        (unreachable)))
    (call $inside
      (local.get 3)
      (i64.const 16))
    (if ;; label = @1
      (i32.and
        (local.tee 5
          (local.get 1))
        (i32.const 1073741824))
      (then
        (call $"vfs [dtor]input-stream"
          (i32.and
            (local.get 5)
            (i32.const -1073741825))))
      (else
        (call $"host [resource-drop]input-stream"
          (local.get 5))))
    (call $"host [resource-drop]of-host"
      (local.get 2))
    (i32.store8 $app
      (local.get 3)
      (i32.const 1))
    (i32.store8 $app offset=8
      (local.get 3)
      (i32.const 1))
  )
)
