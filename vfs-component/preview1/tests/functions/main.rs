//! The functions of preview1 over a volume, called as a program does: with addresses in a memory.

#[path = "../../../core/tests/faults/allocator.rs"]
mod allocator;
#[path = "../../../core/tests/support/mod.rs"]
mod core_support;
mod machine;

mod anything;
mod contents;
mod descriptors;
mod environment;
mod exits;
mod faults;
mod layouts;
mod listing;
mod many;
mod memory;
mod opening;
mod paths;
mod poll;
mod sockets;
