(module
  (type (;0;) (func (param i32)))
  (import "vfs" "busy" (global (;0;) (mut i32)))
  (import "vfs" "test:virtual/api#[dtor]file" (func $"vfs test:virtual/api#[dtor]file" (;0;) (type 0)))
  (export "[resource-drop]file" (func $"[resource-drop]file"))
  (func $"[resource-drop]file" (;1;) (type 0) (param i32)
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
    (call $"vfs test:virtual/api#[dtor]file"
      (i32.and
        (local.get 0)
        (i32.const -1073741825)))
  )
)
