(component
    (import "wasi:filesystem/types@0.1.0" (instance (export "descriptor" (type (sub resource)))))
    (import "wasi:filesystem/types@0.2.3" (instance (export "descriptor" (type (sub resource)))))
    (import "wasi:filesystem/types@0.4.0" (instance (export "descriptor" (type (sub resource))))))
