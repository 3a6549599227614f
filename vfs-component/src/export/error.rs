//! `wasi:io/error`: causes of failed streams.

use vfs_core::Error;

use crate::abi::List;
use crate::handle::{AppHandles, Handle, Kind, StreamFailure};
use crate::host;
use crate::state::{State, call, within_call};

#[link(wasm_import_module = "[export]wasi:io/error")]
unsafe extern "C" {
    #[link_name = "[resource-new]error"]
    safe fn resource_new_error(number: u32) -> u32;
}

/// Makes a resource of the app.
pub fn new_error(state: &mut State, failure: StreamFailure) -> u32 {
    resource_new_error(state.session.handles.add(Handle::Error(failure)))
}

#[unsafe(export_name = "wasi:io/error#[method]error.to-debug-string")]
extern "C" fn to_debug_string(error: u32) -> *const List {
    call(|state| match state.session.handles.error(error) {
        StreamFailure::File(error) => List::of(describe(error).as_bytes()),
        StreamFailure::Host(handle) => host::error::to_debug_string(handle),
        StreamFailure::Denied(message) => List::of(message.as_bytes()),
    })
}

#[unsafe(export_name = "wasi:io/error#[dtor]error")]
extern "C" fn drop_error(error: u32) {
    within_call(|state| state.session.handles.remove(&mut state.volume, error, Kind::Error));
}

/// Describes an error of a file's stream in the words of POSIX.
fn describe(error: Error) -> &'static str {
    match error {
        Error::InsufficientSpace => "no space left in the virtual filesystem",
        Error::InsufficientMemory => "cannot allocate memory for the virtual filesystem",
        Error::FileTooLarge => "file too large",
        Error::BadDescriptor => "bad descriptor",
        Error::ReadOnly => "read-only filesystem",
        _ => "input/output error in the virtual filesystem",
    }
}
