//! `wasi:cli/exit`: the host's.

use crate::host;

#[unsafe(export_name = "wasi:cli/exit#exit")]
extern "C" fn exit(status: u32) {
    host::exit::exit(status);
}

#[unsafe(export_name = "wasi:cli/exit#exit-with-code")]
pub extern "C" fn exit_with_code(code: u32) {
    host::exit::exit_with_code(code);
    // The host is older than `exit-with-code`.
    host::exit::exit(u32::from(code != 0));
}
