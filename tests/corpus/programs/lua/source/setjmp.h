// Included, but nothing of it is used: see wasi.h.
