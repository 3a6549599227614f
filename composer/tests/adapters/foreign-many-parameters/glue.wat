(module
  (type (;0;) (func (param i32 i32)))
  (type (;1;) (func (param i32)))
  (type (;2;) (func (param i32 i64)))
  (import "vfs" "busy" (global (;0;) (mut i32)))
  (import "vfs" "memory" (memory $vfs (;0;) 0))
  (import "app" "memory" (memory $app (;1;) 0))
  (import "host" "many" (func $"host many" (;0;) (type 0)))
  (import "host" "[resource-drop]input-stream" (func $"host [resource-drop]input-stream" (;1;) (type 1)))
  (import "vfs" "[dtor]input-stream" (func $"vfs [dtor]input-stream" (;2;) (type 1)))
  (export "many" (func $many))
  (func $inside (;3;) (type 2) (param i32 i64)
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
  (func $many (;4;) (type 0) (param i32 i32)
    (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
    (local.set 2
      (i32.or
        (i32.load $app offset=64
          (local.get 0))
        (local.get 2)))
    (local.set 3
      (i32.load $app offset=68
        (local.get 0)))
    (local.set 4
      (i32.load $app offset=72
        (local.get 0)))
    (if ;; label = @1
      (i32.and
        (local.get 3)
        (i32.const 3))
      (then
        (unreachable)))
    (call $inside
      (local.get 3)
      (i64.mul
        (i64.extend_i32_u
          (local.get 4))
        (i64.const 4)))
    (local.set 6
      (i32.add
        (local.tee 5
          (local.get 3))
        (i32.mul
          (local.get 4)
          (i32.const 4))))
    (block ;; label = @1
      (loop ;; label = @2
        (br_if 1 (;@1;)
          (i32.eq
            (local.get 5)
            (local.get 6)))
        (local.set 2
          (i32.or
            (i32.load $app
              (local.get 5))
            (local.get 2)))
        (local.set 5
          (i32.add
            (local.get 5)
            (i32.const 4)))
        (br 0 (;@2;))))
    (if ;; label = @1
      (i32.eqz
        (i32.and
          (local.get 2)
          (i32.const 1073741824)))
      (then
        (call $"host many"
          (local.get 0)
          (local.get 1))
        (return)))
    (if ;; label = @1
      (i32.and
        (local.get 1)
        (i32.const 3))
      (then
        (unreachable)))
    (call $inside
      (local.get 1)
      (i64.const 20))
    (if ;; label = @1
      (i32.and
        (local.tee 7
          (i32.load $app offset=64
            (local.get 0)))
        (i32.const 1073741824))
      (then
        (call $"vfs [dtor]input-stream"
          (i32.and
            (local.get 7)
            (i32.const -1073741825))))
      (else
        (call $"host [resource-drop]input-stream"
          (local.get 7))))
    (local.set 8
      (i32.load $app offset=68
        (local.get 0)))
    (local.set 9
      (i32.load $app offset=72
        (local.get 0)))
    (if ;; label = @1
      (i32.and
        (local.get 8)
        (i32.const 3))
      (then
        (unreachable)))
    (call $inside
      (local.get 8)
      (i64.mul
        (i64.extend_i32_u
          (local.get 9))
        (i64.const 4)))
    (local.set 12
      (i32.add
        (local.tee 10
          (local.get 8))
        (i32.mul
          (local.get 9)
          (i32.const 4))))
    (block ;; label = @1
      (loop ;; label = @2
        (br_if 1 (;@1;)
          (i32.eq
            (local.get 10)
            (local.get 12)))
        (if ;; label = @3
          (i32.and
            (local.tee 11
              (i32.load $app
                (local.get 10)))
            (i32.const 1073741824))
          (then
            (call $"vfs [dtor]input-stream"
              (i32.and
                (local.get 11)
                (i32.const -1073741825))))
          (else
            (call $"host [resource-drop]input-stream"
              (local.get 11))))
        (local.set 10
          (i32.add
            (local.get 10)
            (i32.const 4)))
        (br 0 (;@2;))))
    (i32.store8 $app
      (local.get 1)
      (i32.const 1))
    (i32.store8 $app offset=4
      (local.get 1)
      (i32.const 1))
    (i32.store8 $app offset=8
      (local.get 1)
      (i32.const 0))
  )
)
