(module
  (type (;0;) (func (param i32) (result i32)))
  (type (;1;) (func (result i32)))
  (type (;2;) (func (param i32 i32)))
  (type (;3;) (func (param i32)))
  (import "callee" "representation-0" (func $"callee representation-0" (;0;) (type 0)))
  (import "lent" "height" (func $"lent height" (;1;) (type 1)))
  (import "lent" "lend" (func $"lent lend" (;2;) (type 2)))
  (import "lent" "settle" (func $"lent settle" (;3;) (type 3)))
  (import "callee" "0" (func $"callee 0" (;4;) (type 0)))
  (import "callee" "after-0" (func $"callee after-0" (;5;) (type 3)))
  (import "callee" "1" (func $"callee 1" (;6;) (type 0)))
  (import "callee" "after-1" (func $"callee after-1" (;7;) (type 3)))
  (export "0" (func $look))
  (export "1" (func $"#func9 look"))
  (func $look (;8;) (type 0) (param i32) (result i32)
    (local i32 i32)
    (local.set 0
      (call $"callee representation-0"
        (local.get 0)))
    (local.set 1
      (call $"callee 0"
        (local.get 0)))
    (local.set 2
      (local.get 1))
    (call $"callee after-0"
      (local.get 1))
    (local.get 2)
  )
  (func $"#func9 look" (@name "look") (;9;) (type 0) (param i32) (result i32)
    (local i32 i32 i32 i32)
    (local.set 1
      (call $"lent height"))
    (local.set 2
      (local.get 0))
    (call $"lent lend"
      (i32.const 2)
      (local.get 2))
    (local.set 0
      (local.get 2))
    (local.set 3
      (call $"callee 1"
        (local.get 0))
      (call $"lent settle"
        (local.get 1)))
    (local.set 4
      (local.get 3))
    (call $"callee after-1"
      (local.get 3))
    (local.get 4)
  )
)
