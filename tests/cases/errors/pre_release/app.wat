(component
    (import "wasi:filesystem/preopens@0.2.0-rc-2023-11-10" (instance (export "none" (func)))))
