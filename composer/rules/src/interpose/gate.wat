;; Lets http requests pass to allowed authorities and denies all others. gate.rs fills in the names in braces.
(module
  (import "{types}" "[method]outgoing-request.authority" (func $authority (param i32 i32)))
  (import "{types}" "[method]outgoing-request.scheme" (func $scheme (param i32 i32)))
  (import "{types}" "[resource-drop]outgoing-request" (func $drop-request (param i32)))
  (import "{types}" "[resource-drop]request-options" (func $drop-options (param i32)))
  (import "{handler}" "handle" (func $handle (param i32 i32 i32 i32)))
  (memory (export "memory") {pages})
  (global $next (mut i32) (i32.const {heap}))

  {realloc}
  (func (export "{handler}#handle") (param $request i32) (param $has-options i32) (param $options i32) (result i32)
    (global.set $next (i32.const {heap}))
    (if (call $is-allowed (local.get $request))
      (then
        (call $handle (local.get $request) (local.get $has-options) (local.get $options) (i32.const {area})))
      (else
        (call $drop-request (local.get $request))
        (if (local.get $has-options) (then (call $drop-options (local.get $options))))
        {denied}))
    (i32.const {area}))

  ;; Normalizes the authority to `host:port` in lower case, then looks it up in the table of the scheme.
  (func $is-allowed (param $request i32) (result i32)
    (local $from i32) (local $length i32) (local $at i32) (local $byte i32) (local $port i32) (local $table i32)
    ;; 1 inside brackets, 2 directly after them, otherwise 0.
    (local $brackets i32)
    (call $authority (local.get $request) (i32.const {area}))
    (if (i32.eqz (i32.load8_u (i32.const {area}))) (then (return (i32.const 0))))
    (local.set $from (i32.load offset=4 (i32.const {area})))
    (local.set $length (i32.load offset=8 (i32.const {area})))
    (if (i32.gt_u (local.get $length) (i32.const {longest})) (then (return (i32.const 0))))
    (block $copied
      (loop $copy
        (br_if $copied (i32.eq (local.get $at) (local.get $length)))
        (local.set $byte (i32.load8_u (i32.add (local.get $from) (local.get $at))))
        ;; Any other character (`@`, `/`, `?`, ...) is denied, because the host might read another authority from it.
        (if (i32.eqz (call $is-of-authority (local.get $byte))) (then (return (i32.const 0))))
        (if (i32.eq (local.get $brackets) (i32.const 2))
          (then (if (i32.ne (local.get $byte) (i32.const 0x3a (;:;))) (then (return (i32.const 0))))
            (local.set $brackets (i32.const 0))))
        (if (i32.eq (local.get $byte) (i32.const 0x5b (;[;)))
          (then (if (local.get $at) (then (return (i32.const 0))))
            (local.set $brackets (i32.const 1))))
        (if (i32.eq (local.get $byte) (i32.const 0x5d (;];)))
          (then (if (i32.eqz (local.get $brackets)) (then (return (i32.const 0))))
            (local.set $brackets (i32.const 2))))
        (if (i32.lt_u (i32.sub (local.get $byte) (i32.const 0x41 (;A;))) (i32.const 26))
          (then (local.set $byte (i32.or (local.get $byte) (i32.const 0x20)))))
        (i32.store8 offset={text} (local.get $at) (local.get $byte))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        ;; The port follows the only colon outside of brackets.
        (if (i32.and (i32.eq (local.get $byte) (i32.const 0x3a (;:;))) (i32.eqz (local.get $brackets)))
          (then (if (local.get $port) (then (return (i32.const 0))))
            (local.set $port (local.get $at))))
        (br $copy)))
    (if (i32.eq (local.get $brackets) (i32.const 1)) (then (return (i32.const 0))))
    ;; A request without a scheme is https.
    (call $scheme (local.get $request) (i32.const {area}))
    (local.set $byte (i32.const 1))
    (if (i32.load8_u (i32.const {area}))
      (then (local.set $byte (i32.load8_u offset=4 (i32.const {area})))))
    (if (i32.gt_u (local.get $byte) (i32.const 1)) (then (return (i32.const 0))))
    (local.set $table (select (i32.const {https}) (i32.const {http}) (local.get $byte)))
    (if (i32.eqz (local.get $port))
      (then
        (i32.store8 offset={text} (local.get $length) (i32.const 0x3a (;:;)))
        (local.set $length (i32.add (local.get $length) (i32.const 1)))
        (local.set $port (local.get $length))))
    (if (i32.eq (local.get $port) (local.get $length))
      (then
        ;; "443" or "80" as a little-endian number.
        (i32.store offset={text} (local.get $length)
          (select (i32.const 0x333434) (i32.const 0x3038) (local.get $byte)))
        (local.set $length
          (i32.add (local.get $length) (select (i32.const 3) (i32.const 2) (local.get $byte))))))
    (call $is-in (local.get $table) (local.get $length)))

  ;; Letters, digits, `-`, `.`, `:`, `[`, `]` and `_`.
  (func $is-of-authority (param $byte i32) (result i32)
    (if (i32.lt_u (i32.sub (i32.or (local.get $byte) (i32.const 0x20)) (i32.const 0x61 (;a;))) (i32.const 26))
      (then (return (i32.const 1))))
    (if (i32.le_u (i32.sub (local.get $byte) (i32.const 0x30 (;0;))) (i32.const 10 (;to :;)))
      (then (return (i32.const 1))))
    (if (i32.le_u (i32.sub (local.get $byte) (i32.const 0x2d (;-;))) (i32.const 1 (;to .;)))
      (then (return (i32.const 1))))
    (i32.or
      (i32.eq (local.get $byte) (i32.const 0x5f (;_;)))
      (i32.or (i32.eq (local.get $byte) (i32.const 0x5b (;[;))) (i32.eq (local.get $byte) (i32.const 0x5d (;];))))))

  ;; A table entry is a kind (1: this authority, 2: all names with this suffix), a size in two bytes, and the text.
  ;; The kind 0 ends the table.
  (func $is-in (param $entry i32) (param $length i32) (result i32)
    (local $kind i32) (local $size i32) (local $skip i32) (local $at i32)
    (loop $entries
      (local.set $kind (i32.load8_u (local.get $entry)))
      (if (i32.eqz (local.get $kind)) (then (return (i32.const 0))))
      (local.set $size (i32.load16_u offset=1 align=1 (local.get $entry)))
      (local.set $entry (i32.add (local.get $entry) (i32.const 3)))
      (local.set $skip (i32.sub (local.get $length) (local.get $size)))
      (block $differs
        (br_if $differs (i32.lt_s (local.get $skip) (i32.const 0)))
        (br_if $differs
          (i32.eq (i32.eq (local.get $kind) (i32.const 1)) (i32.ne (local.get $skip) (i32.const 0))))
        (local.set $at (i32.const 0))
        (block $same
          (loop $bytes
            (br_if $same (i32.eq (local.get $at) (local.get $size)))
            (br_if $differs
              (i32.ne
                (i32.load8_u offset={text} (i32.add (local.get $skip) (local.get $at)))
                (i32.load8_u (i32.add (local.get $entry) (local.get $at)))))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (br $bytes)))
        (return (i32.const 1)))
      (local.set $entry (i32.add (local.get $entry) (local.get $size)))
      (br $entries))
    unreachable)

  (data (i32.const {http}) "{tables}"))
