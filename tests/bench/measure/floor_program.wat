;; Whoever calls that: it reads 64 KiB in 4 KiB pieces again and again, each time to another place, as `read-own` of the guest.
(module
  (import "bridge" "program" (memory 2))
  (import "bridge" "read" (func $read (param i32 i32 i32)))
  (func (export "run") (param $passes i32)
    (local $from i32)
    (loop $pass
      (i32.store (i32.const 0)
        (i32.add (i32.const 1024) (i32.mul (i32.const 136) (i32.and (local.get $passes) (i32.const 31)))))
      (i32.store (i32.const 4) (i32.const 4096))
      (local.set $from (i32.const 8))
      (loop $piece
        (call $read (i32.const 0) (local.get $from) (i32.const 16))
        (local.set $from (i32.add (local.get $from) (i32.const 4096)))
        (br_if $piece (i32.lt_u (local.get $from) (i32.const 65536))))
      (local.set $passes (i32.sub (local.get $passes) (i32.const 1)))
      (br_if $pass (local.get $passes)))))
