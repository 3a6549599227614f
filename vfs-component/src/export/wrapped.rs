//! What only wrapped interfaces call: interfaces of the host that the vfs does not have (`wasi:sockets`, `wasi:http`, ...), and that
//! take or give resources which it has.
//!
//! The composer generates those functions. They call the host's, and here the host's handles become the vfs's and the other way
//! round. A number is what the component model calls a resource's representation.

use crate::abi;
use crate::handle::{AppHandles, Handle, HostStream, Input, Output, Pollable, StreamFailure};
use crate::host;
use crate::state::{State, call_value, within_call};

/// What is no handle of the host's.
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

/// The host's handle behind a number; [`VIRTUAL`] where there is none.
#[unsafe(export_name = "vfs-compose:wrapped#lend")]
extern "C" fn lend(number: u32) -> u32 {
    within_call(|state| state.session.handles.of_host(number).unwrap_or(VIRTUAL))
}

/// The host's handle behind a number, which is given away: dropping the number then drops nothing of the host's.
#[unsafe(export_name = "vfs-compose:wrapped#release")]
extern "C" fn release(number: u32) -> u32 {
    within_call(|state| state.session.handles.release(&mut state.volume, number))
}

/// The call is over: its arguments are of no more use.
#[unsafe(export_name = "vfs-compose:wrapped#finish")]
extern "C" fn finish() {
    call_value(|_: &mut State| ());
}

/// Says a message on stderr, and ends the program. Returns where there is no stderr or no exit.
#[unsafe(export_name = "vfs-compose:wrapped#refuse")]
extern "C" fn refuse(pointer: *const u8, length: usize) {
    let stream = host::stdio::get_stderr();
    if stream == 0 {
        return;
    }
    // Nothing better can be done where it fails.
    let _ = host::streams::blocking_write_and_flush(stream, abi::list(pointer, length));
    host::streams::drop_output_stream(stream);
    // Whichever of these the app has.
    host::exit::exit_with_code(1);
    host::exit::exit(1);
}
