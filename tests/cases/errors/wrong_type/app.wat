(component
    (import "wasi:filesystem/types@0.2.3" (instance $types (export "descriptor" (type (sub resource)))))
    (alias export $types "descriptor" (type $descriptor))
    (import "wasi:filesystem/preopens@0.2.3" (instance
        (alias outer 1 $descriptor (type $outer))
        (export "descriptor" (type $descriptor (eq $outer)))
        (export "get-directories" (func (result (list (tuple string (own $descriptor)))))))))
