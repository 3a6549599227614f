//! `wasi:io/streams`: streams of files and of the host.

mod input;
mod output;
mod splice;

#[cfg(all(feature = "mounts", not(feature = "mounts3")))]
pub use input::file_of_input;
#[cfg(feature = "preview1")]
pub use input::read_file;
#[cfg(feature = "preview1")]
pub use output::write_to;
pub use splice::{Blocking, file_to_host, host_to_file};

use vfs_core::Error;

use crate::abi::{Area, Res, finish_call};
use crate::export::error::new_error;
use crate::handle::{AppHandles, Handle, Input, Output, StreamFailure};
use crate::host;
#[cfg(feature = "asks")]
use crate::layer::Stop;
use crate::layer::operate;
use crate::state::State;

#[link(wasm_import_module = "[export]wasi:io/streams")]
unsafe extern "C" {
    #[link_name = "[resource-new]input-stream"]
    safe fn resource_new_input_stream(number: u32) -> u32;
    #[link_name = "[resource-new]output-stream"]
    safe fn resource_new_output_stream(number: u32) -> u32;
}

/// Makes a resource of the app.
pub fn new_input(state: &mut State, input: Input) -> u32 {
    resource_new_input_stream(state.session.handles.add(Handle::Input(input)))
}

/// Makes a resource of the app.
pub fn new_output(state: &mut State, output: Output) -> u32 {
    resource_new_output_stream(state.session.handles.add(Handle::Output(output)))
}

/// `stream-error`, with the app's error handle.
#[derive(Clone, Copy)]
#[repr(C, u8)]
pub enum StreamError {
    LastOperationFailed(#[expect(dead_code, reason = "the app reads it")] u32),
    Closed,
}

/// The cause of a failed stream call, before an error resource is made of it.
pub enum Failure {
    Closed,
    File(Error),
    Host(u32),
    Denied(&'static str),
    /// The call has not failed, but needs an answer.
    #[cfg(feature = "asks")]
    Ask(vfs_core::late::Request),
}

#[cfg(feature = "asks")]
impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Error(error) => Self::File(error),
            Stop::Ask(request) => Self::Ask(request),
        }
    }
}

#[cfg(feature = "asks")]
impl crate::layer::Halt for Failure {
    type Failure = Self;

    fn failure(self) -> Result<Self, vfs_core::late::Request> {
        match self {
            Self::Ask(request) => Err(request),
            failure => Ok(failure),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::File(error)
    }
}

impl From<StreamFailure> for Failure {
    fn from(failure: StreamFailure) -> Self {
        match failure {
            StreamFailure::File(error) => Self::File(error),
            StreamFailure::Host(handle) => Self::Host(handle),
            StreamFailure::Denied(message) => Self::Denied(message),
        }
    }
}

impl From<host::streams::StreamError> for Failure {
    fn from(error: host::streams::StreamError) -> Self {
        match error {
            host::streams::StreamError::LastOperationFailed(handle) => Self::Host(handle),
            host::streams::StreamError::Closed => Self::Closed,
        }
    }
}

/// Runs one operation on streams.
pub fn answer<T: Copy>(operation: impl FnMut(&mut State) -> Result<T, Failure>) -> *const Res<T, StreamError> {
    let result = operate(operation, to_result);
    finish_call();
    Area::put(result)
}

/// Makes the result for the app.
pub fn to_result<T>(state: &mut State, result: Result<T, Failure>) -> Res<T, StreamError> {
    let failure = match result {
        Ok(value) => return Res::Ok(value),
        Err(Failure::Closed) => return Res::Err(StreamError::Closed),
        Err(Failure::File(error)) => StreamFailure::File(error),
        Err(Failure::Host(handle)) => StreamFailure::Host(handle),
        Err(Failure::Denied(message)) => StreamFailure::Denied(message),
        // An operation without a result never gets here.
        #[cfg(feature = "asks")]
        Err(Failure::Ask(_)) => crate::abi::trap(),
    };
    Res::Err(StreamError::LastOperationFailed(new_error(state, failure)))
}
