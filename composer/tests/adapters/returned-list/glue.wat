(module
  (type (;0;) (func (result i32)))
  (type (;1;) (func))
  (type (;2;) (func (param i32 i64)))
  (import "vfs" "busy" (global (;0;) (mut i32)))
  (import "vfs" "memory" (memory $vfs (;0;) 0))
  (import "app" "memory" (memory $app (;1;) 0))
  (import "host" "bodies" (func $"host bodies" (;0;) (type 0)))
  (import "refuse" "result of bodies" (func $"refuse result of bodies" (;1;) (type 1)))
  (export "bodies" (func $bodies))
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
  (func $bodies (;3;) (type 0) (result i32)
    (local i32 i32 i32 i32 i32 i32)
    (local.set 0
      (call $"host bodies"))
    (if ;; label = @1
      (i32.eq
        (i32.load8_u $app
          (local.get 0))
        (i32.const 0))
      (then
        (local.set 2
          (i32.load $app offset=4
            (local.get 0)))
        (local.set 3
          (i32.load $app offset=8
            (local.get 0)))
        (if ;; label = @2
          (i32.and
            (local.get 2)
            (i32.const 3))
          (then
            (unreachable)))
        (call $inside
          (local.get 2)
          (i64.mul
            (i64.extend_i32_u
              (local.get 3))
            (i64.const 12)))
        (local.set 5
          (i32.add
            (local.tee 4
              (local.get 2))
            (i32.mul
              (local.get 3)
              (i32.const 12))))
        (block ;; label = @2
          (loop ;; label = @3
            (br_if 1 (;@2;)
              (i32.eq
                (local.get 4)
                (local.get 5)))
            (local.set 1
              (i32.or
                (i32.load $app offset=8
                  (local.get 4))
                (local.get 1)))
            (local.set 4
              (i32.add
                (local.get 4)
                (i32.const 12)))
            (br 0 (;@3;))))))
    (if ;; label = @1
      (i32.and
        (local.get 1)
        (i32.const 1073741824))
      (then
        (call $"refuse result of bodies")
        (unreachable)))
    (local.get 0)
  )
)
