(module
  (type (;0;) (func (param i32 i32 i32 i32) (result i32)))
  (type (;1;) (func (param i32 i32)))
  (import "callee" "memory" (memory $callee (;0;) 0))
  (import "caller" "memory" (memory $caller (;1;) 0))
  (import "callee" "realloc" (func $"callee realloc" (;0;) (type 0)))
  (import "callee" "0" (func $"callee 0" (;1;) (type 1)))
  (export "0" (func $send))
  (func $bring (;2;) (type 0) (param i32 i32 i32 i32) (result i32)
    (local i64 i32)
    (if ;; label = @1
      (i32.and
        (local.get 0)
        (i32.sub
          (local.get 3)
          (i32.const 1)))
      (then
        (unreachable)))
    (if ;; label = @1
      (i32.or
        (i64.gt_u
          (i64.add
            (local.tee 4
              (i64.mul
                (i64.extend_i32_u
                  (local.get 1))
                (i64.extend_i32_u
                  (local.get 2))))
            (i64.extend_i32_u
              (local.get 0)))
          (i64.shl
            (i64.extend_i32_u
              (memory.size $caller))
            (i64.const 16)))
        (i64.ne
          (i64.shr_u
            (local.get 4)
            (i64.const 32))
          (i64.const 0)))
      (then
        (unreachable)))
    (local.set 5
      (call $"callee realloc"
        (i32.const 0)
        (i32.const 0)
        (local.get 3)
        (i32.wrap_i64
          (local.get 4))))
    (if ;; label = @1
      (i32.and
        (local.get 5)
        (i32.sub
          (local.get 3)
          (i32.const 1)))
      (then
        (unreachable)))
    (memory.copy $callee $caller
      (local.get 5)
      (local.get 0)
      (i32.wrap_i64
        (local.get 4)))
    (local.get 5)
  )
  (func $send (;3;) (type 1) (param i32 i32)
    (local i32 i32 i32 i32)
    (local.set 2
      (local.get 0))
    (local.set 0
      (call $bring
        (local.get 0)
        (local.get 1)
        (i32.const 4)
        (i32.const 2)))
    (local.set 5
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
            (local.get 5)))
        (if ;; label = @3
          (i32.ge_u
            (local.tee 4
              (i32.load8_u $caller
                (local.get 2)))
            (i32.const 2))
          (then
            (unreachable)))
        (drop
          (local.get 4))
        (local.set 2
          (i32.add
            (local.get 2)
            (i32.const 4)))
        (local.set 3
          (i32.add
            (local.get 3)
            (i32.const 4)))
        (br 0 (;@2;))))
    (call $"callee 0"
      (local.get 0)
      (local.get 1))
  )
)
