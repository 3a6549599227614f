//! The standard streams of a program: those of the session, by the same settings as a component's.

use vfs_core::settings::Stdio;
use vfs_preview1_abi::{Buffer, Errno, Program, Stream};
use vfs_preview1_volume::errno;

use super::program::Memory;
use crate::abi::{self, Unit};
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

/// Opens a standard stream by its first use, and returns its number: the host's, or if `RULED` that among the handles. The
/// host's is 0 if the vfs may not ask the host for it.
pub fn open<const RULED: bool>(state: &mut State, stream: Stream) -> Result<u32, Errno> {
    let place = match stream {
        Stream::Stdin => 0,
        Stream::Stdout => 1,
        Stream::Stderr => 2,
    };
    if let Some(number) = state.program.streams[place] {
        return Ok(number);
    }
    let of_host = || match stream {
        Stream::Stdin => host::stdio::get_stdin(),
        Stream::Stdout => host::stdio::get_stdout(),
        Stream::Stderr => host::stdio::get_stderr(),
    };
    let number = if RULED { open_ruled(state, stream, of_host)? } else { of_host() };
    state.program.streams[place] = Some(number);
    Ok(number)
}

/// Opens a stream as the settings say.
fn open_ruled(state: &mut State, stream: Stream, of_host: impl Fn() -> u32) -> Result<u32, Errno> {
    let State { session, volume, .. } = state;
    let output = match stream {
        Stream::Stdin if session.settings.stdin == Stdio::Host => {
            return session.handles.insert(Handle::Input(stdio::input(of_host()))).map_err(errno);
        }
        Stream::Stdin => {
            standard::open_input(session, volume).map_err(errno)?;
            return session.handles.insert(Handle::Input(Input::Standard)).map_err(errno);
        }
        Stream::Stdout if session.settings.stdout == Stdio::Host => stdio::output(of_host()),
        Stream::Stderr if session.settings.stderr == Stdio::Host => stdio::output(of_host()),
        Stream::Stdout => standard::new_output(session, volume, standard::Stream::Stdout).map_err(errno)?,
        Stream::Stderr => standard::new_output(session, volume, standard::Stream::Stderr).map_err(errno)?,
    };
    session.handles.insert(Handle::Output(output)).map_err(errno)
}

/// Copies bytes of standard input to the program, and returns their number. Waits for the first; 0 at the end.
pub fn read<const RULED: bool>(state: &mut State, program: &Memory, to: Buffer) -> Result<u32, Errno> {
    let number = open::<RULED>(state, Stream::Stdin)?;
    let length = to.length().min(READ_AT_ONCE);
    let read = match RULED.then(|| state.session.handles.input(number)) {
        None => read_host(number, length),
        Some(Input::Host(stream)) => read_host(stream.handle, length),
        Some(_) => read_file(state, number, length.into()),
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
    if handle == 0 {
        return Err(Failure::Closed);
    }
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
pub fn write<const RULED: bool>(
    state: &mut State,
    stream: Stream,
    program: &Memory,
    from: Buffer,
) -> Result<u32, Errno> {
    if stream == Stream::Stdin {
        return Err(Errno::Badf);
    }
    let number = open::<RULED>(state, stream)?;
    let State { volume, session, gather, .. } = state;
    let mut done = 0;
    while done < from.length() {
        let length = (from.length() - done).min(WRITTEN_AT_ONCE);
        gather.clear();
        gather.try_reserve(length as usize)?;
        gather.resize(length as usize, 0);
        program.copy_in(from.address() + done, gather);
        let written = match RULED.then(|| session.handles.output(number)) {
            None => write_host(number, gather),
            Some(Output::Host(stream)) => write_host(stream.handle, gather),
            Some(_) => write_to(volume, &mut session.handles, number, gather),
        };
        match written.map_err(errno_of) {
            Ok(_) => done += length,
            Err(errno) if done == 0 => return Err(errno),
            Err(_) => break,
        }
    }
    Ok(done)
}

fn write_host(handle: u32, bytes: &[u8]) -> Result<Unit, Failure> {
    if handle == 0 {
        return Err(Failure::Closed);
    }
    host::streams::blocking_write_and_flush(handle, bytes).map_err(Failure::from)
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
