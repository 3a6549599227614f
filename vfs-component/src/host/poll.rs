//! `wasi:io/poll` of the host.

use crate::abi::{self, List};

#[link(wasm_import_module = "wasi:io/poll")]
unsafe extern "C" {
    #[link_name = "[method]pollable.ready"]
    pub safe fn ready(pollable: u32) -> bool;
    #[link_name = "[method]pollable.block"]
    pub safe fn block(pollable: u32);
    #[link_name = "[resource-drop]pollable"]
    pub safe fn drop_pollable(pollable: u32);
    #[link_name = "poll"]
    safe fn host_poll(pollables: *const u32, length: usize, result: &mut List);
}

/// Blocks until a pollable is ready; returns the indexes of all that are.
pub fn poll(pollables: &[u32]) -> &'static [u32] {
    let mut result = List::EMPTY;
    host_poll(pollables.as_ptr(), pollables.len(), &mut result);
    abi::list(result.pointer.cast(), result.length)
}
