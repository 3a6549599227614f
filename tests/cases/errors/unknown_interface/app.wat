(component
    (import "wasi:filesystem/quota@0.2.3" (instance (export "limit" (func (result u64))))))
