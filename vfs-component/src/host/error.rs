//! `wasi:io/error` of the host.

use crate::abi::List;

#[link(wasm_import_module = "wasi:io/error")]
unsafe extern "C" {
    #[link_name = "[method]error.to-debug-string"]
    safe fn error_to_debug_string(error: u32, result: &mut List);
    #[link_name = "[resource-drop]error"]
    pub safe fn drop_error(error: u32);
}

pub fn to_debug_string(error: u32) -> List {
    let mut result = List::EMPTY;
    error_to_debug_string(error, &mut result);
    result
}
