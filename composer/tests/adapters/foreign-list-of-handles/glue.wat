(module
  (type (;0;) (func (param i32 i32) (result i32)))
  (type (;1;) (func (param i32 i64)))
  (import "vfs" "busy" (global (;0;) (mut i32)))
  (import "vfs" "memory" (memory $vfs (;0;) 0))
  (import "app" "memory" (memory $app (;1;) 0))
  (import "host" "join" (func $"host join" (;0;) (type 0)))
  (export "join" (func $join))
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
  (func $join (;2;) (type 0) (param i32 i32) (result i32)
    (local i32 i32 i32)
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
        (i64.const 4)))
    (local.set 4
      (i32.add
        (local.tee 3
          (local.get 0))
        (i32.mul
          (local.get 1)
          (i32.const 4))))
    (block ;; label = @1
      (loop ;; label = @2
        (br_if 1 (;@1;)
          (i32.eq
            (local.get 3)
            (local.get 4)))
        (local.set 2
          (i32.or
            (i32.load $app
              (local.get 3))
            (local.get 2)))
        (local.set 3
          (i32.add
            (local.get 3)
            (i32.const 4)))
        (br 0 (;@2;))))
    (if ;; label = @1
      (i32.eqz
        (i32.and
          (local.get 2)
          (i32.const 1073741824)))
      (then
        (return
          (call $"host join"
            (local.get 0)
            (local.get 1)))))
    (i32.const 1)
  )
)
