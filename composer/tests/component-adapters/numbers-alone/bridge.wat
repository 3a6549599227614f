(module
  (type (;0;) (func (param i32 i64) (result f32)))
  (type (;1;) (func (param f32)))
  (import "callee" "0" (func $"callee 0" (;0;) (type 0)))
  (import "callee" "after-0" (func $"callee after-0" (;1;) (type 1)))
  (export "0" (func $add))
  (func $add (;2;) (type 0) (param i32 i64) (result f32)
    (local f32 f32)
    (local.set 0
      (i32.and
        (local.get 0)
        (i32.const 255)))
    (local.set 2
      (call $"callee 0"
        (local.get 0)
        (local.get 1)))
    (local.set 3
      (local.get 2))
    (call $"callee after-0"
      (local.get 2))
    (local.get 3)
  )
)
