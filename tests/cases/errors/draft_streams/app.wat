(component
    (import "wasi:io/streams@0.2.0-rc-2023-11-10" (instance $streams (export "input-stream" (type (sub resource)))))
    (alias export $streams "input-stream" (type $stream))
    (import "wasi:filesystem/types@0.2.3" (instance
        (alias outer 1 $stream (type $outer))
        (export "input-stream" (type (eq $outer)))
        (export "descriptor" (type (sub resource))))))
