//! The vfs's core module as the composer makes it for a program of preview1, with the bridge and a program, on the
//! engine. What the functions do in detail is tested natively, in `vfs-component/preview1`; here is what only the module
//! has: its exports, the memory of the program, and the functions of the host.

mod exit;
mod machine;
mod memory;
mod program;
mod settings;
mod streams;
mod tailored;
mod time;
