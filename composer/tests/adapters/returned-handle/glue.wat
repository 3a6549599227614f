(module
  (type (;0;) (func (param i32 i32) (result i32)))
  (type (;1;) (func))
  (import "vfs" "busy" (global (;0;) (mut i32)))
  (import "host" "body" (func $"host body" (;0;) (type 0)))
  (import "refuse" "result of body" (func $"refuse result of body" (;1;) (type 1)))
  (export "body" (func $body))
  (func $body (;2;) (type 0) (param i32 i32) (result i32)
    (local i32 i32)
    (local.set 2
      (call $"host body"
        (local.get 0)
        (local.get 1)))
    (local.set 3
      (i32.or
        (local.get 2)
        (local.get 3)))
    (if ;; label = @1
      (i32.and
        (local.get 3)
        (i32.const 1073741824))
      (then
        (call $"refuse result of body")
        (unreachable)))
    (local.get 2)
  )
)
