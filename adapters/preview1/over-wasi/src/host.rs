//! Standard streams, clocks, arguments and variables.

use vfs_preview1_abi::{Buffer, Clock, Errno, Program, Ready, Stream, Streams, time};

use crate::lists::Raw;
use crate::program::{self, Caller, StreamError};
use crate::wasi::{self, Opt, Raw2, Res};

/// Bytes that `blocking-write-and-flush` takes at most.
const MAX_FLUSHED: u32 = 4096;
/// Bytes that are written at a time, of those that a stream permits. The bridge needs room in memory beside them.
const MAX_PIECE: u32 = 32 << 10;
/// Bytes of standard input that are asked for at a time. They come through memory of this module.
const MAX_INPUT: u32 = 64 << 10;

/// What was asked of the host once, and is kept.
#[derive(Default)]
pub struct Host {
    stdin: Option<u32>,
    stdout: Option<u32>,
    stderr: Option<u32>,
    arguments: Option<Vec<String>>,
    variables: Option<Vec<(String, String)>>,
}

impl Host {
    fn stdin(&mut self) -> u32 {
        *self.stdin.get_or_insert_with(|| wasi::get_stdin())
    }

    /// Returns standard output or standard error.
    fn output(&mut self, stream: Stream) -> u32 {
        match stream {
            Stream::Stderr => *self.stderr.get_or_insert_with(|| wasi::get_stderr()),
            Stream::Stdin | Stream::Stdout => *self.stdout.get_or_insert_with(|| wasi::get_stdout()),
        }
    }

    pub fn is_terminal(stream: Stream) -> bool {
        let terminal = match stream {
            Stream::Stdin => wasi::get_terminal_stdin(),
            Stream::Stdout => wasi::get_terminal_stdout(),
            Stream::Stderr => wasi::get_terminal_stderr(),
        };
        let Opt::Some(terminal) = terminal else { return false };
        match stream {
            Stream::Stdin => wasi::drop_terminal_input(terminal),
            Stream::Stdout | Stream::Stderr => wasi::drop_terminal_output(terminal),
        }
        true
    }

    pub fn read_stdin(&mut self, to: Buffer) -> Result<u32, Errno> {
        let length = to.length().min(MAX_INPUT);
        match wasi::blocking_read(self.stdin(), length.into()) {
            Res::Ok(list) => {
                let bytes: Vec<u8> = list.take();
                // Whatever a host returns, nothing is written behind the buffer.
                let bytes = bytes.get(..length as usize).unwrap_or(&bytes);
                Caller.copy_out(bytes, to.address());
                Ok(bytes.len() as u32)
            }
            Res::Err(wasi::StreamError::Closed) => Ok(0),
            Res::Err(wasi::StreamError::Failed(error)) => Err(failed(error)),
        }
    }

    /// Writes to standard output or standard error.
    pub fn write_stream(&mut self, stream: Stream, from: Buffer) -> Result<u32, Errno> {
        let stream = self.output(stream);
        write(stream, from).map(|()| from.length()).map_err(errno_of)
    }

    pub fn wait(&mut self, streams: Streams, limit: Option<u64>) -> Result<Ready, Errno> {
        let mut pollables = [0; 4];
        let mut count = 0;
        let mut add = |pollable| {
            pollables[count] = pollable;
            count += 1;
        };
        let all = [Stream::Stdin, Stream::Stdout, Stream::Stderr];
        for stream in all.into_iter().filter(|stream| streams.contains(*stream)) {
            add(match stream {
                Stream::Stdin => wasi::subscribe_to_input(self.stdin()),
                Stream::Stdout | Stream::Stderr => wasi::subscribe_to_output(self.output(stream)),
            });
        }
        if let Some(limit) = limit {
            add(wasi::subscribe_duration(limit));
        }
        let pollables = &pollables[..count];
        let mut ready = Ready::default();
        let mut number = 0;
        let found: Vec<u32> = if count == 0 { Vec::new() } else { wasi::poll(pollables).take() };
        let mut is_next_ready = || {
            number += 1;
            found.contains(&(number - 1))
        };
        ready.streams.stdin = streams.stdin && is_next_ready();
        ready.streams.stdout = streams.stdout && is_next_ready();
        ready.streams.stderr = streams.stderr && is_next_ready();
        ready.is_over = limit.is_some() && is_next_ready();
        pollables.iter().for_each(|pollable| wasi::drop_pollable(*pollable));
        Ok(ready)
    }

    pub fn now(clock: Clock) -> Result<u64, Errno> {
        match clock {
            Clock::Realtime => nanoseconds_of(wasi::wall_clock_now()),
            Clock::Monotonic => Ok(wasi::monotonic_clock_now()),
        }
    }

    pub fn resolution(clock: Clock) -> Result<u64, Errno> {
        match clock {
            Clock::Realtime => nanoseconds_of(wasi::wall_clock_resolution()),
            Clock::Monotonic => Ok(wasi::monotonic_clock_resolution()),
        }
    }

    pub fn random(to: Buffer) -> Result<(), Errno> {
        let mut done = 0;
        while done < to.length() {
            let length = (to.length() - done).min(MAX_INPUT);
            let bytes: Vec<u8> = wasi::get_random_bytes(length.into()).take();
            let bytes = bytes.get(..length as usize).unwrap_or(&bytes);
            if bytes.is_empty() {
                return Err(Errno::Io);
            }
            Caller.copy_out(bytes, to.address() + done);
            done += bytes.len() as u32;
        }
        Ok(())
    }

    pub fn arguments(&mut self) -> &[String] {
        self.arguments.get_or_insert_with(|| {
            let arguments: Vec<Raw> = wasi::get_arguments().take();
            arguments.into_iter().map(Raw::take_string).collect()
        })
    }

    pub fn variables(&mut self) -> &[(String, String)] {
        self.variables.get_or_insert_with(|| {
            let variables: Vec<Raw2> = wasi::get_environment().take();
            variables.into_iter().map(|Raw2(name, value)| (name.take_string(), value.take_string())).collect()
        })
    }
}

fn nanoseconds_of(time: wasi::Datetime) -> Result<u64, Errno> {
    time::nanoseconds(time.seconds, time.nanoseconds).ok_or(Errno::Overflow)
}

/// Ends with the error of a stream, of which preview1 has no more than that there is one.
fn failed(error: u32) -> Errno {
    wasi::drop_error(error);
    Errno::Io
}

/// As in the engine, a stream that nobody reads any more is no other error.
fn errno_of(error: StreamError) -> Errno {
    match error {
        StreamError::Failed(error) => failed(error),
        StreamError::Closed => Errno::Io,
    }
}

/// Writes bytes of the program to a stream, and waits until they are written.
///
/// # Errors
/// The stream's error.
pub fn write(stream: u32, from: Buffer) -> Result<(), StreamError> {
    if from.length() <= MAX_FLUSHED {
        return program::write_and_flush(stream, from.address(), from.length());
    }
    let mut done = 0;
    while done < from.length() {
        let permit = match wasi::check_write(stream).into_result() {
            Ok(0) => {
                let pollable = wasi::subscribe_to_output(stream);
                wasi::block(pollable);
                wasi::drop_pollable(pollable);
                continue;
            }
            Ok(permit) => permit,
            Err(error) => return Err(error.into()),
        };
        let length = (from.length() - done).min(u32::try_from(permit).unwrap_or(u32::MAX)).min(MAX_PIECE);
        program::write_to_stream(stream, from.address() + done, length)?;
        done += length;
    }
    wasi::blocking_flush(stream).into_result().map(drop).map_err(StreamError::from)
}

impl From<wasi::StreamError> for StreamError {
    fn from(error: wasi::StreamError) -> Self {
        match error {
            wasi::StreamError::Failed(error) => Self::Failed(error),
            wasi::StreamError::Closed => Self::Closed,
        }
    }
}
