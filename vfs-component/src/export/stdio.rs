//! `wasi:cli/{stdin,stdout,stderr}`: the host's streams behind our resources.

use crate::export::streams::{new_input, new_output};
use crate::handle::{HostStream, Input, Output};
use crate::host::stdio;
use crate::state::call_value;

#[unsafe(export_name = "wasi:cli/stdin#get-stdin")]
extern "C" fn get_stdin() -> u32 {
    call_value(|state| new_input(state, Input::Host(HostStream::new(stdio::get_stdin()))))
}

#[unsafe(export_name = "wasi:cli/stdout#get-stdout")]
extern "C" fn get_stdout() -> u32 {
    call_value(|state| new_output(state, Output::Host(HostStream::new(stdio::get_stdout()))))
}

#[unsafe(export_name = "wasi:cli/stderr#get-stderr")]
extern "C" fn get_stderr() -> u32 {
    call_value(|state| new_output(state, Output::Host(HostStream::new(stdio::get_stderr()))))
}
