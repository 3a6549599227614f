(module (import "wasi_snapshot_preview1" "fd_sync" (func (param i32) (result i32))) (memory (export "memory") 1 2 shared) (func (export "_start")))
