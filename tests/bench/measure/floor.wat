;; The least that a read of preview1 is in the linked form: a call into another module that has a second memory, loads the
;; vector, copies 4 KiB, and stores the count. No descriptor, no file, no check.
(module $bridge
  (memory (export "program") 2)
  (memory $files 2)
  (func (export "read") (param $vector i32) (param $from i32) (param $size i32)
    (local $item i64)
    (local.set $item (i64.load 0 (local.get $vector)))
    (memory.copy 0 $files
      (i32.wrap_i64 (local.get $item)) (local.get $from) (i32.wrap_i64 (i64.shr_u (local.get $item) (i64.const 32))))
    (i32.store 0 (local.get $size) (i32.wrap_i64 (i64.shr_u (local.get $item) (i64.const 32))))))
