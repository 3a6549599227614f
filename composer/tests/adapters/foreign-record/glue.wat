(module
  (type (;0;) (func (param i32 i64 i32 i32 i32)))
  (type (;1;) (func))
  (import "vfs" "busy" (global (;0;) (mut i32)))
  (import "host" "connect" (func $"host connect" (;0;) (type 0)))
  (import "refuse" "connect" (func $"refuse connect" (;1;) (type 1)))
  (export "connect" (func $connect))
  (func $connect (;2;) (type 0) (param i32 i64 i32 i32 i32)
    (local i32)
    (if ;; label = @1
      (i32.eq
        (local.get 0)
        (i32.const 1))
      (then
        (local.set 5
          (i32.or
            (i32.wrap_i64
              (local.get 1))
            (local.get 5)))
        (if ;; label = @2
          (i32.eq
            (local.get 2)
            (i32.const 1))
          (then
            (local.set 5
              (i32.or
                (local.get 3)
                (local.get 5)))))))
    (if ;; label = @1
      (i32.eqz
        (i32.and
          (local.get 5)
          (i32.const 1073741824)))
      (then
        (call $"host connect"
          (local.get 0)
          (local.get 1)
          (local.get 2)
          (local.get 3)
          (local.get 4))
        (return)))
    (call $"refuse connect")
    (unreachable)
  )
)
