//! `wasi:cli/{stdin,stdout,stderr}`: the host's streams as resources of the vfs.
//!
//! No handle is 0. If the vfs may not ask the host for a stream, the composer's no-op returns 0, and the stream is
//! closed.

use crate::export::streams::{new_input, new_output};
use crate::handle::{HostStream, Input, Output};
use crate::host::stdio;
use crate::state::call_value;

#[unsafe(export_name = "wasi:cli/stdin#get-stdin")]
extern "C" fn get_stdin() -> u32 {
    call_value(|state| new_input(state, input(stdio::get_stdin())))
}

#[unsafe(export_name = "wasi:cli/stdout#get-stdout")]
extern "C" fn get_stdout() -> u32 {
    call_value(|state| new_output(state, output(stdio::get_stdout())))
}

#[unsafe(export_name = "wasi:cli/stderr#get-stderr")]
extern "C" fn get_stderr() -> u32 {
    call_value(|state| new_output(state, output(stdio::get_stderr())))
}

/// Returns the stream behind a handle of the host.
pub fn input(handle: u32) -> Input {
    if handle == 0 { Input::Null } else { Input::Host(HostStream::new(handle)) }
}

/// See [`input`].
pub fn output(handle: u32) -> Output {
    if handle == 0 { Output::Closed } else { Output::Host(HostStream::new(handle)) }
}
