(module
  (type (;0;) (func (param i32 i32 i32) (result i64)))
  (type (;1;) (func))
  (import "vfs" "busy" (global (;0;) (mut i32)))
  (import "host" "watch" (func $"host watch" (;0;) (type 0)))
  (import "refuse" "watch" (func $"refuse watch" (;1;) (type 1)))
  (export "watch" (func $watch))
  (func $watch (;2;) (type 0) (param i32 i32 i32) (result i64)
    (local i32)
    (local.set 3
      (i32.or
        (local.get 0)
        (local.get 3)))
    (if ;; label = @1
      (i32.eqz
        (i32.and
          (local.get 3)
          (i32.const 1073741824)))
      (then
        (return
          (call $"host watch"
            (local.get 0)
            (local.get 1)
            (local.get 2)))))
    (call $"refuse watch")
    (unreachable)
  )
)
