//! `output-stream`. A file's stream takes bytes at once, so flushing does nothing and blocking calls are the same as
//! the others.

use super::{Failure, StreamError, answer};
use crate::abi::{self, Res, Unit};
use crate::export::poll::new_pollable;
use crate::handle::{AppHandles, Handle, Kind, Output, Pollable, Position};
use crate::host::streams as host;
use crate::layer::{self, ended};
use crate::state::{State, Volume, call_value, within_call};
use vfs_core::{Error, Handles, ZEROS};

/// Returns how many bytes `check-write` permits for the next writes: as many as there will surely be room for. After an
/// app has used all of a permit, it gets [`LARGE_PERMIT`], if memory has room for that.
///
/// # Errors
/// - [`Error::InsufficientMemory`], as the failure of a file: there is no room at all.
fn permit(of_stream: Option<u64>) -> Result<u64, Failure> {
    room(if of_stream == Some(0) { LARGE_PERMIT } else { PERMIT })
}

fn room(size: usize) -> Result<u64, Failure> {
    some(abi::make_room(size))
}

fn some(room: u64) -> Result<u64, Failure> {
    if room == 0 { Err(Failure::File(Error::InsufficientMemory)) } else { Ok(room) }
}

const PERMIT: usize = 64 << 10;
const LARGE_PERMIT: usize = 1 << 20;

#[unsafe(export_name = "wasi:io/streams#[method]output-stream.check-write")]
extern "C" fn check_write(stream: u32) -> *const Res<u64, StreamError> {
    answer(|state| match state.session.handles.output(stream) {
        Output::Host(stream) => match host::check_write(stream.handle) {
            Ok(0) => Ok(0),
            Ok(of_host) => some(abi::make_more_room(LARGE_PERMIT)).map(|bytes| bytes.min(of_host)),
            Err(error) => Err(error.into()),
        },
        Output::File { closed: true, .. } | Output::Closed => Err(Failure::Closed),
        Output::Null => permit(None),
        Output::Failing(failure) => Err((*failure).into()),
        Output::File { permit: left, .. } => permit(*left).inspect(|permitted| *left = Some(*permitted)),
    })
}

/// # Traps
/// If there are more bytes than `check-write` permitted, as WASI defines.
#[unsafe(export_name = "wasi:io/streams#[method]output-stream.write")]
extern "C" fn write(stream: u32, pointer: *const u8, length: usize) -> *const Res<Unit, StreamError> {
    let mut is_permitted = false;
    answer(|state| {
        let bytes = abi::list(pointer, length);
        match state.session.handles.output(stream) {
            Output::Host(stream) => host::write(stream.handle, bytes).map_err(Failure::from),
            _ => {
                use_permit(&mut state.session.handles, stream, length as u64, &mut is_permitted);
                write_file(state, stream, bytes)
            }
        }
    })
}

#[unsafe(export_name = "wasi:io/streams#[method]output-stream.blocking-write-and-flush")]
extern "C" fn blocking_write_and_flush(
    stream: u32,
    pointer: *const u8,
    length: usize,
) -> *const Res<Unit, StreamError> {
    answer(|state| {
        let bytes = abi::list(pointer, length);
        match state.session.handles.output(stream) {
            Output::Host(stream) => host::blocking_write_and_flush(stream.handle, bytes).map_err(Failure::from),
            _ => write_file(state, stream, bytes),
        }
    })
}

#[unsafe(export_name = "wasi:io/streams#[method]output-stream.flush")]
extern "C" fn flush(stream: u32) -> *const Res<Unit, StreamError> {
    flush_with(stream, host::flush)
}

#[unsafe(export_name = "wasi:io/streams#[method]output-stream.blocking-flush")]
extern "C" fn blocking_flush(stream: u32) -> *const Res<Unit, StreamError> {
    flush_with(stream, host::blocking_flush)
}

#[unsafe(export_name = "wasi:io/streams#[method]output-stream.subscribe")]
extern "C" fn subscribe(stream: u32) -> u32 {
    call_value(|state| {
        let pollable = match state.session.handles.output(stream) {
            Output::File { .. } | Output::Null | Output::Closed | Output::Failing(_) => Pollable::Ready,
            Output::Host(host) => {
                host.add_pollable();
                Pollable::Host { handle: host::subscribe_to_output(host.handle), parent: Some(stream) }
            }
        };
        new_pollable(state, pollable)
    })
}

/// # Traps
/// If there are more bytes than `check-write` permitted, as WASI defines.
#[unsafe(export_name = "wasi:io/streams#[method]output-stream.write-zeroes")]
extern "C" fn write_zeroes(stream: u32, length: u64) -> *const Res<Unit, StreamError> {
    let (mut is_permitted, mut left) = (false, length);
    answer(|state| match state.session.handles.output(stream) {
        Output::Host(stream) => host::write_zeroes(stream.handle, length).map_err(Failure::from),
        _ => {
            use_permit(&mut state.session.handles, stream, length, &mut is_permitted);
            write_zeroes_to_file(state, stream, length, &mut left)
        }
    })
}

#[unsafe(export_name = "wasi:io/streams#[method]output-stream.blocking-write-zeroes-and-flush")]
extern "C" fn blocking_write_zeroes_and_flush(stream: u32, length: u64) -> *const Res<Unit, StreamError> {
    let mut left = length;
    answer(|state| match state.session.handles.output(stream) {
        Output::Host(stream) => host::blocking_write_zeroes_and_flush(stream.handle, length).map_err(Failure::from),
        _ => write_zeroes_to_file(state, stream, length, &mut left),
    })
}

#[unsafe(export_name = "wasi:io/streams#[dtor]output-stream")]
extern "C" fn drop_output_stream(stream: u32) {
    within_call(|state| state.session.handles.remove(&mut state.volume, stream, Kind::Output));
}

#[inline]
fn flush_with(stream: u32, of_host: impl Fn(u32) -> host::Outcome<Unit>) -> *const Res<Unit, StreamError> {
    answer(|state| match state.session.handles.output(stream) {
        Output::Host(stream) => of_host(stream.handle).map_err(Failure::from),
        Output::File { closed: true, .. } | Output::Closed => Err(Failure::Closed),
        Output::File { .. } | Output::Null => Ok([]),
        Output::Failing(failure) => Err((*failure).into()),
    })
}

/// Uses `length` bytes of the permit from `check-write`, once for each operation.
fn use_permit(handles: &mut Handles<Handle>, stream: u32, length: u64, is_permitted: &mut bool) {
    if core::mem::replace(is_permitted, true) {
        return;
    }
    if let Output::File { permit, closed: false, .. } = handles.output(stream) {
        match permit.unwrap_or(0).checked_sub(length) {
            Some(rest) => *permit = permit.and(Some(rest)),
            None => abi::trap(),
        }
    }
}

fn write_file(state: &mut State, stream: u32, bytes: &[u8]) -> Result<Unit, Failure> {
    write_to(&mut state.volume, &mut state.session.handles, stream, bytes)
}

/// Writes all of `bytes` to a file's stream, or none.
///
/// # Errors
/// - [`Failure::Closed`]: an earlier call failed.
/// - [`Failure::File`]: the file cannot take them. From now on the stream is closed.
/// - The fixed answer of a stream that has one.
pub fn write_to(
    volume: &mut Volume,
    handles: &mut Handles<Handle>,
    stream: u32,
    bytes: &[u8],
) -> Result<Unit, Failure> {
    let (file, position, closed) = match handles.output(stream) {
        Output::File { file, position, closed, .. } => (file, position, closed),
        Output::Null => return Ok([]),
        Output::Failing(failure) => return Err((*failure).into()),
        Output::Host(_) | Output::Closed => return Err(Failure::Closed),
    };
    if *closed {
        return Err(Failure::Closed);
    }
    let result = match position {
        Position::End => layer::append(volume, file, bytes),
        Position::At(offset) => layer::write(volume, file, *offset, bytes).map(|()| *offset += bytes.len() as u64),
    };
    match result {
        Ok(()) => Ok([]),
        Err(stop) => {
            let error = ended(stop)?;
            *closed = true;
            Err(Failure::File(error))
        }
    }
}

/// Writes the zeros that are `left` of `length`.
fn write_zeroes_to_file(state: &mut State, stream: u32, length: u64, left: &mut u64) -> Result<Unit, Failure> {
    if matches!(state.session.handles.output(stream), Output::Null) {
        return Ok([]);
    }
    while *left > 0 {
        let piece = (*left).min(ZEROS.len() as u64);
        write_file(state, stream, &ZEROS[..piece as usize])?;
        *left -= piece;
    }
    // On a closed stream, writing zero bytes fails too.
    if length == 0 { write_file(state, stream, &[]) } else { Ok([]) }
}
