//! The standard streams of a program: those of the session, by the same settings as a component's.

use vfs_core::settings::Stdio;
use vfs_preview1_abi::{Buffer, Errno, Program, Stream};
use vfs_preview1_volume::errno;

use super::program::Memory;
use crate::abi;
use crate::export::stdio;
use crate::export::streams::{Failure, read_file, write_to};
use crate::handle::{AppHandles, Handle, Input, Output};
use crate::host;
use crate::standard;
use crate::state::State;

/// Maximum number of bytes that one `blocking-write-and-flush` takes, by WASI's text.
const WRITTEN_AT_ONCE: u32 = 4096;
/// Maximum number of bytes that are read at once.
const READ_AT_ONCE: u32 = 64 << 10;

/// Returns the number of standard input, which is opened by its first use.
pub fn input(state: &mut State) -> Result<u32, Errno> {
    let [number, ..] = state.program.streams;
    if let Some(number) = number {
        return Ok(number);
    }
    let input = match state.session.settings.stdin {
        Stdio::Host => stdio::input(host::stdio::get_stdin()),
        _ => {
            standard::open_input(&mut state.session, &mut state.volume).map_err(errno)?;
            Input::Standard
        }
    };
    let number = state.session.handles.insert(Handle::Input(input)).map_err(errno)?;
    state.program.streams[0] = Some(number);
    Ok(number)
}

/// Returns the number of standard output or standard error, which is opened by its first use.
pub fn output(state: &mut State, stream: standard::Stream) -> Result<u32, Errno> {
    let place = match stream {
        standard::Stream::Stdout => 1,
        standard::Stream::Stderr => 2,
    };
    if let Some(number) = state.program.streams[place] {
        return Ok(number);
    }
    let settings = &state.session.settings;
    let output = match stream {
        standard::Stream::Stdout if settings.stdout == Stdio::Host => stdio::output(host::stdio::get_stdout()),
        standard::Stream::Stderr if settings.stderr == Stdio::Host => stdio::output(host::stdio::get_stderr()),
        _ => standard::new_output(&mut state.session, &mut state.volume, stream).map_err(errno)?,
    };
    let number = state.session.handles.insert(Handle::Output(output)).map_err(errno)?;
    state.program.streams[place] = Some(number);
    Ok(number)
}

/// Copies bytes of standard input to the program, and returns their number. Waits for the first; 0 at the end.
pub fn read(state: &mut State, program: &Memory, to: Buffer) -> Result<u32, Errno> {
    let number = input(state)?;
    let length = to.length().min(READ_AT_ONCE);
    let read = match state.session.handles.input(number) {
        Input::Host(stream) => read_host(stream.handle, length),
        _ => read_file(state, number, length.into()),
    };
    let count = match read {
        Ok(bytes) => {
            // No host has a reason to return more than it is asked for.
            let bytes = bytes.get(..length as usize).unwrap_or(bytes);
            program.copy_out(bytes, to.address());
            Ok(bytes.len() as u32)
        }
        Err(Failure::Closed) => Ok(0),
        Err(failure) => Err(errno_of(failure)),
    };
    abi::finish_call();
    count
}

/// Waits for bytes of the host.
fn read_host(handle: u32, length: u32) -> Result<&'static [u8], Failure> {
    let room = abi::make_room(length as usize);
    if room == 0 {
        return Err(Failure::File(vfs_core::Error::InsufficientMemory));
    }
    loop {
        let list = host::streams::blocking_read(handle, room.min(length.into()))?;
        // No bytes are not the end.
        if list.length > 0 {
            return Ok(abi::list(list.pointer, list.length));
        }
    }
}

/// Writes bytes of the program to standard output or standard error, and returns their number: fewer than there are if
/// a piece that is not the first cannot be written.
pub fn write(state: &mut State, stream: Stream, program: &Memory, from: Buffer) -> Result<u32, Errno> {
    let number = match stream {
        Stream::Stdin => return Err(Errno::Badf),
        Stream::Stdout => output(state, standard::Stream::Stdout)?,
        Stream::Stderr => output(state, standard::Stream::Stderr)?,
    };
    let State { volume, session, gather, .. } = state;
    let mut done = 0;
    while done < from.length() {
        let length = (from.length() - done).min(WRITTEN_AT_ONCE);
        gather.clear();
        gather.try_reserve(length as usize)?;
        gather.resize(length as usize, 0);
        program.copy_in(from.address() + done, gather);
        let written = match session.handles.output(number) {
            Output::Host(stream) => {
                host::streams::blocking_write_and_flush(stream.handle, gather).map_err(Failure::from)
            }
            _ => write_to(volume, &mut session.handles, number, gather),
        };
        match written.map_err(errno_of) {
            Ok(_) => done += length,
            Err(errno) if done == 0 => return Err(errno),
            Err(_) => break,
        }
    }
    Ok(done)
}

/// Returns the number of an error. The host's reason is gone then: only files have more than one.
fn errno_of(failure: Failure) -> Errno {
    match failure {
        Failure::File(error) => errno(error),
        Failure::Host(error) => {
            host::error::drop_error(error);
            Errno::Io
        }
        Failure::Closed | Failure::Denied(_) => Errno::Io,
    }
}
