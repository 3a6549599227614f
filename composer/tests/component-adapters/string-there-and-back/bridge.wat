(module
  (type (;0;) (func (param i32 i32 i32 i32) (result i32)))
  (type (;1;) (func (param i32 i32) (result i32)))
  (type (;2;) (func (param i32)))
  (type (;3;) (func (param i32 i32)))
  (type (;4;) (func (param i32 i32 i32)))
  (import "callee" "memory" (memory $callee (;0;) 0))
  (import "caller" "memory" (memory $caller (;1;) 0))
  (import "callee" "realloc" (func $"callee realloc" (;0;) (type 0)))
  (import "caller" "realloc" (func $"caller realloc" (;1;) (type 0)))
  (import "callee" "0" (func $"callee 0" (;2;) (type 1)))
  (import "callee" "after-0" (func $"callee after-0" (;3;) (type 2)))
  (export "0" (func $echo))
  (func $bring (;4;) (type 0) (param i32 i32 i32 i32) (result i32)
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
  (func $text (;5;) (type 3) (param i32 i32)
    (local i32 i32 i32 i32 i32)
    (local.set 2
      (i32.add
        (local.get 0)
        (local.get 1)))
    (block ;; label = @1
      (loop ;; label = @2
        (br_if 1 (;@1;)
          (i32.eq
            (local.get 0)
            (local.get 2)))
        (if ;; label = @3
          (i32.ge_u
            (i32.sub
              (local.get 2)
              (local.get 0))
            (i32.const 8))
          (then
            (if ;; label = @4
              (i64.eqz
                (i64.and
                  (i64.load align=1
                    (local.get 0))
                  (i64.const -9187201950435737472)))
              (then
                (local.set 0
                  (i32.add
                    (local.get 0)
                    (i32.const 8)))
                (br 2 (;@2;))))))
        (local.set 3
          (i32.load8_u
            (local.get 0)))
        (local.set 0
          (i32.add
            (local.get 0)
            (i32.const 1)))
        (br_if 0 (;@2;)
          (i32.lt_u
            (local.get 3)
            (i32.const 128)))
        (if ;; label = @3
          (i32.ge_u
            (i32.sub
              (local.get 3)
              (i32.const 192))
            (i32.const 56))
          (then
            (unreachable)))
        (local.set 4
          (i32.add
            (i32.add
              (i32.const 1)
              (i32.ge_u
                (local.get 3)
                (i32.const 224)))
            (i32.ge_u
              (local.get 3)
              (i32.const 240))))
        (local.set 5
          (i32.and
            (local.get 3)
            (i32.shr_u
              (i32.const 63)
              (local.get 4))))
        (local.set 6
          (select
            (select
              (i32.const 128)
              (i32.const 2048)
              (i32.eq
                (local.get 4)
                (i32.const 1)))
            (i32.const 65536)
            (i32.ne
              (local.get 4)
              (i32.const 3))))
        (loop ;; label = @3
          (if ;; label = @4
            (i32.eq
              (local.get 0)
              (local.get 2))
            (then
              (unreachable)))
          (if ;; label = @4
            (i32.ne
              (i32.and
                (local.tee 3
                  (i32.load8_u
                    (local.get 0)))
                (i32.const 192))
              (i32.const 128))
            (then
              (unreachable)))
          (local.set 5
            (i32.or
              (i32.shl
                (local.get 5)
                (i32.const 6))
              (i32.and
                (local.get 3)
                (i32.const 63))))
          (local.set 0
            (i32.add
              (local.get 0)
              (i32.const 1)))
          (br_if 0 (;@3;)
            (local.tee 4
              (i32.sub
                (local.get 4)
                (i32.const 1)))))
        (if ;; label = @3
          (i32.or
            (i32.or
              (i32.lt_u
                (local.get 5)
                (local.get 6))
              (i32.lt_u
                (i32.sub
                  (local.get 5)
                  (i32.const 55296))
                (i32.const 2048)))
            (i32.ge_u
              (local.get 5)
              (i32.const 1114112)))
          (then
            (unreachable)))
        (br 0 (;@2;))))
  )
  (func $"#func6 bring" (@name "bring") (;6;) (type 0) (param i32 i32 i32 i32) (result i32)
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
              (memory.size))
            (i64.const 16)))
        (i64.ne
          (i64.shr_u
            (local.get 4)
            (i64.const 32))
          (i64.const 0)))
      (then
        (unreachable)))
    (local.set 5
      (call $"caller realloc"
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
    (memory.copy $caller $callee
      (local.get 5)
      (local.get 0)
      (i32.wrap_i64
        (local.get 4)))
    (local.get 5)
  )
  (func $"#func7 text" (@name "text") (;7;) (type 3) (param i32 i32)
    (local i32 i32 i32 i32 i32)
    (local.set 2
      (i32.add
        (local.get 0)
        (local.get 1)))
    (block ;; label = @1
      (loop ;; label = @2
        (br_if 1 (;@1;)
          (i32.eq
            (local.get 0)
            (local.get 2)))
        (if ;; label = @3
          (i32.ge_u
            (i32.sub
              (local.get 2)
              (local.get 0))
            (i32.const 8))
          (then
            (if ;; label = @4
              (i64.eqz
                (i64.and
                  (i64.load $caller align=1
                    (local.get 0))
                  (i64.const -9187201950435737472)))
              (then
                (local.set 0
                  (i32.add
                    (local.get 0)
                    (i32.const 8)))
                (br 2 (;@2;))))))
        (local.set 3
          (i32.load8_u $caller
            (local.get 0)))
        (local.set 0
          (i32.add
            (local.get 0)
            (i32.const 1)))
        (br_if 0 (;@2;)
          (i32.lt_u
            (local.get 3)
            (i32.const 128)))
        (if ;; label = @3
          (i32.ge_u
            (i32.sub
              (local.get 3)
              (i32.const 192))
            (i32.const 56))
          (then
            (unreachable)))
        (local.set 4
          (i32.add
            (i32.add
              (i32.const 1)
              (i32.ge_u
                (local.get 3)
                (i32.const 224)))
            (i32.ge_u
              (local.get 3)
              (i32.const 240))))
        (local.set 5
          (i32.and
            (local.get 3)
            (i32.shr_u
              (i32.const 63)
              (local.get 4))))
        (local.set 6
          (select
            (select
              (i32.const 128)
              (i32.const 2048)
              (i32.eq
                (local.get 4)
                (i32.const 1)))
            (i32.const 65536)
            (i32.ne
              (local.get 4)
              (i32.const 3))))
        (loop ;; label = @3
          (if ;; label = @4
            (i32.eq
              (local.get 0)
              (local.get 2))
            (then
              (unreachable)))
          (if ;; label = @4
            (i32.ne
              (i32.and
                (local.tee 3
                  (i32.load8_u $caller
                    (local.get 0)))
                (i32.const 192))
              (i32.const 128))
            (then
              (unreachable)))
          (local.set 5
            (i32.or
              (i32.shl
                (local.get 5)
                (i32.const 6))
              (i32.and
                (local.get 3)
                (i32.const 63))))
          (local.set 0
            (i32.add
              (local.get 0)
              (i32.const 1)))
          (br_if 0 (;@3;)
            (local.tee 4
              (i32.sub
                (local.get 4)
                (i32.const 1)))))
        (if ;; label = @3
          (i32.or
            (i32.or
              (i32.lt_u
                (local.get 5)
                (local.get 6))
              (i32.lt_u
                (i32.sub
                  (local.get 5)
                  (i32.const 55296))
                (i32.const 2048)))
            (i32.ge_u
              (local.get 5)
              (i32.const 1114112)))
          (then
            (unreachable)))
        (br 0 (;@2;))))
  )
  (func $echo (;8;) (type 4) (param i32 i32 i32)
    (local i32 i32 i32 i32 i32 i32)
    (local.set 3
      (local.get 0))
    (local.set 0
      (call $bring
        (local.get 0)
        (local.get 1)
        (i32.const 1)
        (i32.const 1)))
    (call $text
      (local.get 0)
      (local.get 1))
    (local.set 4
      (call $"callee 0"
        (local.get 0)
        (local.get 1)))
    (local.set 5
      (local.get 4))
    (if ;; label = @1
      (i32.and
        (local.get 2)
        (i32.const 3))
      (then
        (unreachable)))
    (if ;; label = @1
      (i32.and
        (local.get 4)
        (i32.const 3))
      (then
        (unreachable)))
    (i64.store $caller align=4
      (local.get 2)
      (i64.load align=4
        (local.get 4)))
    (local.set 6
      (i32.load
        (local.get 4)))
    (local.set 7
      (i32.load offset=4
        (local.get 4)))
    (local.set 8
      (local.get 6))
    (local.set 6
      (call $"#func6 bring"
        (local.get 6)
        (local.get 7)
        (i32.const 1)
        (i32.const 1)))
    (call $"#func7 text"
      (local.get 6)
      (local.get 7))
    (i32.store $caller
      (local.get 2)
      (local.get 6))
    (call $"callee after-0"
      (local.get 4))
  )
)
