(module (import "env" "f" (func)))
