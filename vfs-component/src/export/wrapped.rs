//! Functions for wrapped interfaces: interfaces of the host that the vfs does not have (`wasi:sockets`, `wasi:http`,
//! ...), but whose functions take or return resources that it has.
//!
//! The composer generates adapters for those functions. They call the host's functions, and call these to turn handles
//! of the host into handles of the vfs and back. A number here is what the component model calls a resource's rep.

use crate::abi;
use crate::handle::{AppHandles, Handle, HostStream, Input, Output, Pollable, StreamFailure};
use crate::host;
use crate::state::{State, call_value, within_call};

/// Returned for a number without a handle of the host.
const VIRTUAL: u32 = u32::MAX;

#[unsafe(export_name = "vfs-compose:wrapped#adopt-pollable")]
extern "C" fn adopt_pollable(handle: u32) -> u32 {
    adopt(Handle::Pollable(Pollable::Host { handle, parent: None }))
}

#[unsafe(export_name = "vfs-compose:wrapped#adopt-input-stream")]
extern "C" fn adopt_input_stream(handle: u32) -> u32 {
    adopt(Handle::Input(Input::Host(HostStream::new(handle))))
}

#[unsafe(export_name = "vfs-compose:wrapped#adopt-output-stream")]
extern "C" fn adopt_output_stream(handle: u32) -> u32 {
    adopt(Handle::Output(Output::Host(HostStream::new(handle))))
}

#[unsafe(export_name = "vfs-compose:wrapped#adopt-error")]
extern "C" fn adopt_error(handle: u32) -> u32 {
    adopt(Handle::Error(StreamFailure::Host(handle)))
}

fn adopt(handle: Handle) -> u32 {
    within_call(|state| state.session.handles.add(handle))
}

/// Returns the host's handle of a number, or [`VIRTUAL`].
#[unsafe(export_name = "vfs-compose:wrapped#lend")]
extern "C" fn lend(number: u32) -> u32 {
    within_call(|state| state.session.handles.of_host(number).unwrap_or(VIRTUAL))
}

/// Gives away the host's handle of a number: dropping the number then drops nothing of the host's.
#[unsafe(export_name = "vfs-compose:wrapped#release")]
extern "C" fn release(number: u32) -> u32 {
    within_call(|state| state.session.handles.release(&mut state.volume, number))
}

/// Ends a call: its arguments are no longer needed.
#[unsafe(export_name = "vfs-compose:wrapped#finish")]
extern "C" fn finish() {
    call_value(|_: &mut State| ());
}

/// Prints a message on stderr and ends the program. Returns if there is no stderr or no exit.
#[unsafe(export_name = "vfs-compose:wrapped#refuse")]
extern "C" fn refuse(pointer: *const u8, length: usize) {
    let stream = host::stdio::get_stderr();
    if stream == 0 {
        return;
    }
    // If this fails, nothing better can be done.
    let _ = host::streams::blocking_write_and_flush(stream, abi::list(pointer, length));
    host::streams::drop_output_stream(stream);
    // The app has one of these, or neither.
    host::exit::exit_with_code(1);
    host::exit::exit(1);
}
