//! WASI's functions for what the host's files return, and for the start: `vfs_abi::names::mounts`.

use crate::abi::{Res, Unit};
#[cfg(not(feature = "mounts3"))]
use crate::host::streams::Outcome;
use crate::host::streams::{StreamError, outcome};

mod import {
    use super::{Res, StreamError, Unit};

    #[link(wasm_import_module = "vfs-compose:mounts/streams")]
    unsafe extern "C" {
        #[cfg(not(feature = "mounts3"))]
        #[link_name = "[method]output-stream.check-write"]
        pub safe fn check_write(stream: u32, result: &mut Res<u64, StreamError>);
        #[cfg(not(feature = "mounts3"))]
        #[link_name = "[method]output-stream.write"]
        pub safe fn write(stream: u32, bytes: *const u8, length: usize, result: &mut Res<Unit, StreamError>);
        #[cfg(not(feature = "mounts3"))]
        #[link_name = "[method]output-stream.blocking-flush"]
        pub safe fn blocking_flush(stream: u32, result: &mut Res<Unit, StreamError>);
        #[link_name = "[method]output-stream.blocking-write-and-flush"]
        pub safe fn blocking_write_and_flush(
            stream: u32,
            bytes: *const u8,
            length: usize,
            result: &mut Res<Unit, StreamError>,
        );
        #[cfg(not(feature = "mounts3"))]
        #[link_name = "[resource-drop]output-stream"]
        pub safe fn drop_output_stream(stream: u32);
    }

    #[cfg(not(feature = "mounts3"))]
    #[link(wasm_import_module = "vfs-compose:mounts/error")]
    unsafe extern "C" {
        #[link_name = "[resource-drop]error"]
        pub safe fn drop_error(error: u32);
    }

    #[link(wasm_import_module = "vfs-compose:mounts/stderr")]
    unsafe extern "C" {
        #[link_name = "get-stderr"]
        pub safe fn get_stderr() -> u32;
    }

    #[link(wasm_import_module = "vfs-compose:mounts/exit")]
    unsafe extern "C" {
        #[link_name = "exit"]
        pub safe fn exit(status: u32);
    }
}

#[cfg(not(feature = "mounts3"))]
pub use import::{drop_error, drop_output_stream};

#[cfg(not(feature = "mounts3"))]
pub fn check_write(stream: u32) -> Outcome<u64> {
    outcome(|result| import::check_write(stream, result))
}

#[cfg(not(feature = "mounts3"))]
pub fn write(stream: u32, bytes: &[u8]) -> Outcome<Unit> {
    outcome(|result| import::write(stream, bytes.as_ptr(), bytes.len(), result))
}

#[cfg(not(feature = "mounts3"))]
pub fn blocking_flush(stream: u32) -> Outcome<Unit> {
    outcome(|result| import::blocking_flush(stream, result))
}

/// Prints a line to the host's stderr and ends the program as a failure, as far as the app's imports grant both. Returns
/// without stderr, and without `exit`.
pub fn print_and_exit(line: &str) {
    let stderr = import::get_stderr();
    // No handle is 0.
    if stderr == 0 {
        return;
    }
    for bytes in [line.as_bytes(), b"\n"] {
        // Nobody is left who could be told that this failed.
        let _ = outcome(|result| import::blocking_write_and_flush(stderr, bytes.as_ptr(), bytes.len(), result));
    }
    import::exit(1);
}
