(module
  (type (;0;) (func (param i32) (result i64)))
  (type (;1;) (func (param i32 i32) (result i32)))
  (import "vfs" "busy" (global (;0;) (mut i32)))
  (import "vfs" "test:virtual/api#[method]file.length" (func $"vfs test:virtual/api#[method]file.length" (;0;) (type 0)))
  (import "vfs" "test:virtual/api#[method]file.is-same" (func $"vfs test:virtual/api#[method]file.is-same" (;1;) (type 1)))
  (export "[method]file.length" (func $"[method]file.length"))
  (export "[method]file.is-same" (func $"[method]file.is-same"))
  (func $"[method]file.length" (;2;) (type 0) (param i32) (result i64)
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
    (local.set 0
      (i32.and
        (local.get 0)
        (i32.const -1073741825)))
    (call $"vfs test:virtual/api#[method]file.length"
      (local.get 0))
  )
  (func $"[method]file.is-same" (;3;) (type 1) (param i32 i32) (result i32)
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
      (i32.eqz
        (i32.and
          (local.get 1)
          (i32.const 1073741824)))
      (then
        (unreachable)))
    (local.set 0
      (i32.and
        (local.get 0)
        (i32.const -1073741825)))
    (local.set 1
      (i32.and
        (local.get 1)
        (i32.const -1073741825)))
    (call $"vfs test:virtual/api#[method]file.is-same"
      (local.get 0)
      (local.get 1))
  )
)
