;; The bare boundary: one component that hands out a list of bytes and does nothing else, one that asks for it and
;; throws it away. What is left is the engine's own work of a call and of its copy.
(component
  (component $giver
    (core module $m
      (memory (export "memory") 18)
      ;; result<list<u8>, u8> comes back as the address of (tag, pointer, length).
      (func (export "get") (param $len i32) (result i32)
        (i32.store (i32.const 0) (i32.const 0))
        (i32.store (i32.const 4) (i32.const 65536))
        (i32.store (i32.const 8) (local.get $len))
        (i32.const 0)))
    (core instance $i (instantiate $m))
    (func (export "get") (param "len" u32) (result (result (list u8) (error u8)))
      (canon lift (core func $i "get") (memory (core memory $i "memory")))))

  (component $taker
    (import "get" (func $get (param "len" u32) (result (result (list u8) (error u8)))))
    (core module $libc
      (memory (export "memory") 18)
      ;; Always the same place: no allocator is measured.
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 65536)))
    (core instance $libc (instantiate $libc))
    (core func $get (canon lower (func $get) (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
    (core module $m
      (import "giver" "get" (func $get (param i32 i32)))
      (func (export "run") (param $len i32) (param $times i32)
        (loop $again
          (call $get (local.get $len) (i32.const 0))
          (br_if $again (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))))
    (core instance $i (instantiate $m (with "giver" (instance (export "get" (func $get))))))
    (func (export "run") (param "len" u32) (param "times" u32) (canon lift (core func $i "run"))))

  (instance $g (instantiate $giver))
  (instance $t (instantiate $taker (with "get" (func $g "get"))))
  (export "run" (func $t "run")))
