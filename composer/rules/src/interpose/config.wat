;; Values of wasi:config. All results are prepared in memory. config.rs fills in the names in braces.
(module
  (memory (export "memory") {pages})
  (global $next (mut i32) (i32.const {heap}))

  {realloc}

  ;; A table entry has the address of a key, its size, and the address of its result.
  (func $get (param $key i32) (param $size i32) (result i32)
    (local $entry i32) (local $at i32)
    ;; Frees the memory of the key.
    (global.set $next (i32.const {heap}))
    (local.set $entry (i32.const {table}))
    (loop $entries
      (if (i32.eq (local.get $entry) (i32.const {table-end})) (then (return (i32.const {none}))))
      (block $differs
        (br_if $differs (i32.ne (i32.load offset=4 (local.get $entry)) (local.get $size)))
        (local.set $at (i32.const 0))
        (block $same
          (loop $bytes
            (br_if $same (i32.eq (local.get $at) (local.get $size)))
            (br_if $differs
              (i32.ne
                (i32.load8_u (i32.add (i32.load (local.get $entry)) (local.get $at)))
                (i32.load8_u (i32.add (local.get $key) (local.get $at)))))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (br $bytes)))
        (return (i32.load offset=8 (local.get $entry))))
      (local.set $entry (i32.add (local.get $entry) (i32.const 12)))
      (br $entries))
    unreachable)

  (func $get-all (result i32) (i32.const {all}))

  {exports}
  (data (i32.const {data}) "{bytes}"))
