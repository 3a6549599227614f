(module
  (type (;0;) (func (param i32 i32 i32 i32 i32 i32 f64)))
  (import "vfs" "busy" (global (;0;) (mut i32)))
  (import "vfs" "test:virtual/api#set" (func $"vfs test:virtual/api#set" (;0;) (type 0)))
  (export "set" (func $set))
  (func $set (;1;) (type 0) (param i32 i32 i32 i32 i32 i32 f64)
    (local i32 i32)
    (if ;; label = @1
      (global.get 0)
      (then
        (unreachable)))
    (if ;; label = @1
      (i32.ge_u
        (local.tee 7
          (local.get 0))
        (i32.const 3))
      (then
        (unreachable)))
    (local.set 0
      (local.get 7))
    (local.set 1
      (i32.and
        (local.get 1)
        (i32.const 7)))
    (local.set 2
      (i32.and
        (local.get 2)
        (i32.const 255)))
    (local.set 3
      (i32.extend16_s
        (local.get 3)))
    (local.set 4
      (i32.ne
        (local.get 4)
        (i32.const 0)))
    (if ;; label = @1
      (i32.ge_u
        (local.tee 8
          (local.get 5))
        (i32.const 1114112))
      (then
        (unreachable)))
    (if ;; label = @1
      (i32.lt_u
        (i32.sub
          (local.get 8)
          (i32.const 55296))
        (i32.const 2048))
      (then
        (unreachable)))
    (local.set 5
      (local.get 8))
    (call $"vfs test:virtual/api#set"
      (local.get 0)
      (local.get 1)
      (local.get 2)
      (local.get 3)
      (local.get 4)
      (local.get 5)
      (local.get 6))
  )
)
