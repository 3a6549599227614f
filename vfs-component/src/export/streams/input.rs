//! `input-stream`. A file's stream never blocks, so its blocking calls are the same as the others.

use super::{Failure, StreamError, answer};
use crate::abi::{List, Res};
use crate::export::poll::new_pollable;
use crate::handle::{AppHandles, Input, Kind, Pollable};
use crate::host;
use crate::host::streams::Outcome;
use crate::layer::{self, ended};
use crate::state::{Session, State, call_value, within_call};
use vfs_core::OpenFile;

#[unsafe(export_name = "wasi:io/streams#[method]input-stream.read")]
extern "C" fn read(stream: u32, length: u64) -> *const Res<List, StreamError> {
    read_with(stream, length, host::streams::read)
}

#[unsafe(export_name = "wasi:io/streams#[method]input-stream.blocking-read")]
extern "C" fn blocking_read(stream: u32, length: u64) -> *const Res<List, StreamError> {
    read_with(stream, length, host::streams::blocking_read)
}

#[unsafe(export_name = "wasi:io/streams#[method]input-stream.skip")]
extern "C" fn skip(stream: u32, length: u64) -> *const Res<u64, StreamError> {
    skip_with(stream, length, host::streams::skip)
}

#[unsafe(export_name = "wasi:io/streams#[method]input-stream.blocking-skip")]
extern "C" fn blocking_skip(stream: u32, length: u64) -> *const Res<u64, StreamError> {
    skip_with(stream, length, host::streams::blocking_skip)
}

#[unsafe(export_name = "wasi:io/streams#[method]input-stream.subscribe")]
extern "C" fn subscribe(stream: u32) -> u32 {
    call_value(|state| {
        let pollable = match state.session.handles.input(stream) {
            Input::File { .. } | Input::Standard | Input::Null | Input::Failing(_) => Pollable::Ready,
            Input::Host(host) => {
                host.add_pollable();
                Pollable::Host { handle: host::streams::subscribe_to_input(host.handle), parent: Some(stream) }
            }
        };
        new_pollable(state, pollable)
    })
}

#[unsafe(export_name = "wasi:io/streams#[dtor]input-stream")]
extern "C" fn drop_input_stream(stream: u32) {
    within_call(|state| state.session.handles.remove(&mut state.volume, stream, Kind::Input));
}

#[inline]
fn read_with(stream: u32, length: u64, of_host: impl Fn(u32, u64) -> Outcome<List>) -> *const Res<List, StreamError> {
    answer(|state| match state.session.handles.input(stream) {
        Input::Host(host) => of_host(host.handle, length).map_err(Failure::from),
        _ => read_file(state, stream, length).map(List::of),
    })
}

/// Returns the next bytes of a file's stream, in place.
///
/// # Errors
/// - [`Failure::Closed`]: the file has ended, or an earlier call failed.
/// - [`Failure::File`]: the file cannot be read. From now on the stream is closed.
/// - Those of [`file_of_input`].
pub fn read_file(state: &mut State, stream: u32, length: u64) -> Result<&[u8], Failure> {
    let State { volume, session, gather, .. } = state;
    let (file, offset, closed) = file_of_input(session, stream)?;
    if *closed {
        return Err(Failure::Closed);
    }
    if length == 0 {
        return Ok(&[]);
    }
    match layer::read(volume, file, *offset, length, gather) {
        Ok([]) => Err(Failure::Closed),
        Ok(bytes) => {
            *offset += bytes.len() as u64;
            Ok(bytes)
        }
        Err(stop) => {
            let error = ended(stop)?;
            *closed = true;
            Err(Failure::File(error))
        }
    }
}

/// Moves the position back, for bytes that were read but reached nobody.
pub(super) fn unread_file(state: &mut State, stream: u32, count: u64) {
    if let Ok((_, offset, _)) = file_of_input(&mut state.session, stream) {
        *offset = offset.saturating_sub(count);
    }
}

#[inline]
fn skip_with(stream: u32, length: u64, of_host: impl Fn(u32, u64) -> Outcome<u64>) -> *const Res<u64, StreamError> {
    answer(|state| match state.session.handles.input(stream) {
        Input::Host(host) => of_host(host.handle, length).map_err(Failure::from),
        _ => skip_file(state, stream, length),
    })
}

fn skip_file(state: &mut State, stream: u32, length: u64) -> Result<u64, Failure> {
    let State { volume, session, .. } = state;
    let (file, offset, closed) = file_of_input(session, stream)?;
    if *closed {
        return Err(Failure::Closed);
    }
    let left = volume.stat(file)?.size.saturating_sub(*offset);
    if left == 0 && length > 0 {
        // The end, or an offset that no file has.
        return read_file(state, stream, length).map(|_| 0);
    }
    let skipped = left.min(length);
    *offset += skipped;
    Ok(skipped)
}

/// Returns the file that a stream reads, its position, and whether an earlier call failed.
///
/// # Errors
/// - [`Failure::Closed`]: the stream reads no file.
/// - The fixed answer of a stream that has one.
pub fn file_of_input(session: &mut Session, stream: u32) -> Result<(&OpenFile, &mut u64, &mut bool), Failure> {
    let stream = match session.handles.input(stream) {
        Input::Standard => &mut session.standard.input,
        stream => stream,
    };
    match stream {
        Input::File { file, offset, closed } => Ok((file, offset, closed)),
        Input::Failing(failure) => Err((*failure).into()),
        Input::Host(_) | Input::Standard | Input::Null => Err(Failure::Closed),
    }
}
