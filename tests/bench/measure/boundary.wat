;; The bare boundary: one component that hands out streams and lists of bytes and does nothing else, one that asks for them and
;; throws them away, in the shapes of `descriptor.read-via-stream`, `input-stream.blocking-read` and the stream's drop. What is
;; left is the engine's own work: its calls, its handles and its copy.
(component
  (component $giver
    (core module $dtor (func (export "dtor") (param i32)))
    (core instance $dtor (instantiate $dtor))
    (type $stream' (resource (rep i32) (dtor (core func $dtor "dtor"))))
    (export $stream "stream" (type $stream'))
    (core func $new (canon resource.new $stream'))
    (core module $m
      (import "own" "new" (func $new (param i32) (result i32)))
      ;; One page for results, then 16 MiB of contents, all of them written so that each page is one of its own.
      (memory (export "memory") 257)
      (global $offset (mut i32) (i32.const 0))
      (func $fill (memory.fill (i32.const 0x10000) (i32.const 0x5a) (i32.const 0x1000000)))
      (start $fill)
      ;; Results come back as the address of a tag and what follows it: a handle, or a pointer and a length.
      (func (export "open") (param $offset i64) (result i32)
        (global.set $offset (i32.wrap_i64 (local.get $offset)))
        (i32.store (i32.const 0) (i32.const 0))
        (i32.store (i32.const 4) (call $new (i32.const 1)))
        (i32.const 0))
      (func (export "get") (param $stream i32) (param $len i64) (result i32)
        (local $at i32)
        (local.set $at (i32.and (global.get $offset) (i32.const 0xffffff)))
        (global.set $offset (i32.add (local.get $at) (i32.wrap_i64 (local.get $len))))
        (i32.store (i32.const 0) (i32.const 0))
        (i32.store (i32.const 4) (i32.add (i32.const 0x10000) (local.get $at)))
        (i32.store (i32.const 8) (i32.wrap_i64 (local.get $len)))
        (i32.const 0)))
    (core instance $i (instantiate $m (with "own" (instance (export "new" (func $new))))))
    (func (export "open") (param "offset" u64) (result (result (own $stream) (error u8)))
      (canon lift (core func $i "open") (memory (core memory $i "memory"))))
    (func (export "get") (param "self" (borrow $stream)) (param "len" u64) (result (result (list u8) (error u8)))
      (canon lift (core func $i "get") (memory (core memory $i "memory")))))

  (component $taker
    (import "stream" (type $stream (sub resource)))
    (import "open" (func $open (param "offset" u64) (result (result (own $stream) (error u8)))))
    (import "get" (func $get (param "self" (borrow $stream)) (param "len" u64) (result (result (list u8) (error u8)))))
    (core module $libc
      (memory (export "memory") 18)
      ;; Always the same place: no allocator is measured.
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 65536)))
    (core instance $libc (instantiate $libc))
    (core func $open' (canon lower (func $open) (memory (core memory $libc "memory"))))
    (core func $get'
      (canon lower (func $get) (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
    (core func $drop (canon resource.drop $stream))
    (core module $m
      (import "libc" "memory" (memory 18))
      (import "giver" "open" (func $open (param i64 i32)))
      (import "giver" "get" (func $get (param i32 i64 i32)))
      (import "giver" "drop" (func $drop (param i32)))
      (func $opened (param $offset i64) (result i32)
        (call $open (local.get $offset) (i32.const 0))
        (i32.load (i32.const 4)))
      ;; Reads on, in one stream.
      (func (export "sequential") (param $len i64) (param $times i32)
        (local $stream i32)
        (local.set $stream (call $opened (i64.const 0)))
        (loop $again
          (call $get (local.get $stream) (local.get $len) (i32.const 0))
          (br_if $again (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))
        (call $drop (local.get $stream)))
      ;; Reads elsewhere each time: to a libc a new place is a new stream. The places are those of a linear congruential
      ;; generator, cut down to a piece's start.
      (func (export "random") (param $len i64) (param $times i32)
        (local $stream i32) (local $state i64)
        (loop $again
          (local.set $state
            (i64.add (i64.mul (local.get $state) (i64.const 6364136223846793005)) (i64.const 1442695040888963407)))
          (local.set $stream (call $opened
            (i64.and (i64.shr_u (local.get $state) (i64.const 40)) (i64.sub (i64.const 0) (local.get $len)))))
          (call $get (local.get $stream) (local.get $len) (i32.const 0))
          (call $drop (local.get $stream))
          (br_if $again (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))))
    (core instance $i (instantiate $m
      (with "libc" (instance $libc))
      (with "giver" (instance (export "open" (func $open')) (export "get" (func $get')) (export "drop" (func $drop))))))
    (func (export "sequential") (param "len" u64) (param "times" u32) (canon lift (core func $i "sequential")))
    (func (export "random") (param "len" u64) (param "times" u32) (canon lift (core func $i "random"))))

  (instance $g (instantiate $giver))
  (alias export $g "stream" (type $stream))
  (instance $t (instantiate $taker
    (with "stream" (type $stream)) (with "open" (func $g "open")) (with "get" (func $g "get"))))
  (export "sequential" (func $t "sequential"))
  (export "random" (func $t "random")))
