//! `splice` and `blocking-splice`, for any mixture of files' streams and the host's.

use super::input::{read_file, unread_file};
use super::output::write_to;
use super::{Failure, StreamError, answer};
use crate::abi::{self, List, Res, Unit};
use crate::handle::{AppHandles, Input, Output};
use crate::host::streams as host;
use crate::state::State;

/// Maximum number of bytes that one `blocking-write-and-flush` takes, by WASI's text.
const BLOCKING_WRITE: u64 = 4096;
/// Maximum number of bytes taken from the host at once.
const FROM_HOST: usize = 64 << 10;

#[unsafe(export_name = "wasi:io/streams#[method]output-stream.splice")]
extern "C" fn splice(stream: u32, source: u32, length: u64) -> *const Res<u64, StreamError> {
    splice_with(stream, source, length, Blocking::No)
}

#[unsafe(export_name = "wasi:io/streams#[method]output-stream.blocking-splice")]
extern "C" fn blocking_splice(stream: u32, source: u32, length: u64) -> *const Res<u64, StreamError> {
    splice_with(stream, source, length, Blocking::Yes)
}

#[derive(Clone, Copy)]
pub enum Blocking {
    Yes,
    No,
}

fn splice_with(stream: u32, source: u32, length: u64, blocking: Blocking) -> *const Res<u64, StreamError> {
    let mut taken = None;
    answer(|state| {
        let from = match state.session.handles.input(source) {
            Input::Host(host) => Some(host.handle),
            _ => None,
        };
        let to = match state.session.handles.output(stream) {
            Output::Host(host) => Some(host.handle),
            _ => None,
        };
        match (from, to) {
            (Some(from), Some(to)) => match blocking {
                Blocking::Yes => host::blocking_splice(to, from, length),
                Blocking::No => host::splice(to, from, length),
            }
            .map_err(Failure::from),
            (None, Some(to)) => file_to_host(state, source, to, length, blocking),
            (Some(from), None) => host_to_file(state, from, stream, length, blocking, &mut taken),
            (None, None) => file_to_file(state, source, stream, length),
        }
    })
}

/// Moves bytes from a file's stream, given by number, to a stream of the host, given by the host's handle.
pub fn file_to_host(state: &mut State, source: u32, to: u32, length: u64, blocking: Blocking) -> Result<u64, Failure> {
    let permit = match blocking {
        Blocking::Yes => BLOCKING_WRITE,
        Blocking::No => host::check_write(to)?,
    };
    let bytes = read_file(state, source, length.min(permit))?;
    let count = bytes.len() as u64;
    let written = match blocking {
        Blocking::Yes => host::blocking_write_and_flush(to, bytes),
        Blocking::No => host::write(to, bytes),
    };
    given(state, source, count, written.map_err(Failure::from))
}

/// Moves bytes from a stream of the host, given by the host's handle, to a file's stream, given by number. `taken` are
/// those that the operation has read from the host.
pub fn host_to_file(
    state: &mut State,
    from: u32,
    stream: u32,
    length: u64,
    blocking: Blocking,
    taken: &mut Option<List>,
) -> Result<u64, Failure> {
    let State { volume, session, .. } = state;
    // Reads nothing from the host for a stream that can take nothing, and no more than there is room for.
    write_to(volume, &mut session.handles, stream, &[])?;
    let List { pointer, length } = match *taken {
        Some(list) => list,
        None => {
            let length = length.min(abi::make_room(FROM_HOST));
            *taken.insert(match blocking {
                Blocking::Yes => host::blocking_read(from, length)?,
                Blocking::No => host::read(from, length)?,
            })
        }
    };
    write_to(volume, &mut session.handles, stream, abi::list(pointer, length))?;
    Ok(length as u64)
}

fn file_to_file(state: &mut State, source: u32, stream: u32, length: u64) -> Result<u64, Failure> {
    let State { volume, session, .. } = state;
    write_to(volume, &mut session.handles, stream, &[])?;
    let bytes = read_file(state, source, length)?;
    let count = bytes.len() as u64;
    // The bytes lie in the filesystem, which is about to change.
    let mut copy = Vec::new();
    let copied = copy.try_reserve_exact(bytes.len()).map_err(|_| Failure::File(vfs_core::Error::InsufficientMemory));
    let copied = copied.map(|()| copy.extend_from_slice(bytes));
    let written = copied.and_then(|()| write_to(&mut state.volume, &mut state.session.handles, stream, &copy));
    given(state, source, count, written)
}

/// Returns how many bytes were moved. If the host took none, they are still to be read.
fn given(state: &mut State, source: u32, count: u64, written: Result<Unit, Failure>) -> Result<u64, Failure> {
    if written.is_err() {
        unread_file(state, source, count);
    }
    written.map(|_| count)
}
