(module
  (type (;0;) (func (param i32 i32 i64 i32 i32 i64 i32) (result i32)))
  (import "vfs" "busy" (global (;0;) (mut i32)))
  (import "vfs" "test:virtual/api#[method]file.set-times" (func $"vfs test:virtual/api#[method]file.set-times" (;0;) (type 0)))
  (export "[method]file.set-times" (func $"[method]file.set-times"))
  (func $"[method]file.set-times" (;1;) (type 0) (param i32 i32 i64 i32 i32 i64 i32) (result i32)
    (local i32 i32)
    (if ;; label = @1
      (global.get 0)
      (then
        (unreachable)))
    (if ;; label = @1
      (i32.eqz
        (i32.and
          (local.get 0)
          (i32.const 1073741824)))
      (then
        (unreachable)))
    (if ;; label = @1
      (i32.ge_u
        (local.tee 7
          (local.get 1))
        (i32.const 3))
      (then
        (unreachable)))
    (drop
      (local.get 7))
    (if ;; label = @1
      (i32.ge_u
        (local.tee 8
          (local.get 4))
        (i32.const 3))
      (then
        (unreachable)))
    (drop
      (local.get 8))
    (local.set 0
      (i32.and
        (local.get 0)
        (i32.const -1073741825)))
    (call $"vfs test:virtual/api#[method]file.set-times"
      (local.get 0)
      (local.get 1)
      (local.get 2)
      (local.get 3)
      (local.get 4)
      (local.get 5)
      (local.get 6))
  )
)
