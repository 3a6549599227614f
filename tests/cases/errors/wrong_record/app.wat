(component
    (import "wasi:filesystem/types@0.2.3" (instance
        (export "descriptor" (type $descriptor (sub resource)))
        (type $record (record (field "upper" u32) (field "lower" u32)))
        (export "metadata-hash-value" (type (eq $record))))))
