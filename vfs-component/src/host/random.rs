//! `wasi:random/random` of the host.

use crate::abi::{self, List};

#[link(wasm_import_module = "wasi:random/random")]
unsafe extern "C" {
    #[link_name = "get-random-bytes"]
    safe fn get_random_bytes(length: u64, result: &mut List);
}

/// Returns as many bytes as are asked for; fewer if the host is wrong.
pub fn bytes(length: u64) -> &'static [u8] {
    let mut result = List::EMPTY;
    get_random_bytes(length, &mut result);
    abi::list(result.pointer, result.length)
}
