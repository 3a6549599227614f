;; Counts its directories with two versions of one interface, and ends well if each says one.
(component
  (import "wasi:filesystem/types@0.2.3" (instance $old-types (export "descriptor" (type (sub resource)))))
  (alias export $old-types "descriptor" (type $old-descriptor))
  (import "wasi:filesystem/preopens@0.2.3" (instance $old
    (alias outer 1 $old-descriptor (type $outer))
    (export "descriptor" (type $descriptor (eq $outer)))
    (export "get-directories" (func (result (list (tuple (own $descriptor) string)))))))
  (import "wasi:filesystem/types@0.2.12" (instance $new-types (export "descriptor" (type (sub resource)))))
  (alias export $new-types "descriptor" (type $new-descriptor))
  (import "wasi:filesystem/preopens@0.2.12" (instance $new
    (alias outer 1 $new-descriptor (type $outer))
    (export "descriptor" (type $descriptor (eq $outer)))
    (export "get-directories" (func (result (list (tuple (own $descriptor) string)))))))

  (core module $libc
    (memory (export "memory") 1)
    (global $next (mut i32) (i32.const 1024))
    (func (export "realloc") (param $old i32) (param $old-size i32) (param $align i32) (param $size i32) (result i32)
      (global.set $next
        (i32.and (i32.add (global.get $next) (i32.sub (local.get $align) (i32.const 1))) (i32.sub (i32.const 0) (local.get $align))))
      (global.get $next)
      (global.set $next (i32.add (global.get $next) (local.get $size)))))
  (core instance $libc (instantiate $libc))
  (core func $old-directories
    (canon lower (func $old "get-directories") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
  (core func $new-directories
    (canon lower (func $new "get-directories") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
  (core module $program
    (import "libc" "memory" (memory 1))
    (import "wasi" "old" (func $old (param i32)))
    (import "wasi" "new" (func $new (param i32)))
    ;; The length of the list that was answered, against one.
    (func $not-one (result i32) (i32.ne (i32.load offset=4 (i32.const 16)) (i32.const 1)))
    (func (export "run") (result i32)
      (call $old (i32.const 16))
      (call $not-one)
      (call $new (i32.const 16))
      (i32.or (call $not-one))))
  (core instance $program (instantiate $program
    (with "libc" (instance $libc))
    (with "wasi" (instance (export "old" (func $old-directories)) (export "new" (func $new-directories))))))
  (func $run (result (result)) (canon lift (core func $program "run")))
  (instance $command (export "run" (func $run)))
  (export "wasi:cli/run@0.2.3" (instance $command)))
