//! What a program asks for beside files: the functions of the host that components get, by the same settings.

use vfs_preview1_abi::{Buffer, Clock, Errno, Program, Ready, Stream, Streams, time};

use super::program::Memory;
use super::{streams, wait};
use crate::abi::{self, Datetime, List, Pair};
use crate::export::{clocks, environment, random};
use crate::handle::Handle;
use crate::host::wall_clock::HostClock;
use crate::host::{self, terminal};
use crate::layer;
use crate::standard::Standard;
use crate::state::{Journal, Session, State, Volume};

const NANOSECONDS_PER_SECOND: u32 = 1_000_000_000;
/// Bytes that the host is asked for at once.
const AT_ONCE: usize = 4096;

/// The state, as what the calls of a program act on. If not `RULED`, random numbers, arguments, variables and
/// standard streams are the host's, whatever the settings say: no rule has to do with them.
pub struct Host<'s, const RULED: bool>(pub &'s mut State);

impl<const RULED: bool> vfs_preview1_volume::State for Host<'_, RULED> {
    type Layer = layer::Layer;
    type Clock = HostClock;
    type Journal = Journal;
    type Handle = Handle;
    type Standard = Standard;

    #[inline]
    fn parts(&mut self) -> (&mut Volume, &Session) {
        (&mut self.0.volume, &self.0.session)
    }
}

impl<const RULED: bool> vfs_preview1_volume::Host<Memory> for Host<'_, RULED> {
    fn is_terminal(&mut self, stream: Stream) -> bool {
        let terminal = match stream {
            Stream::Stdin => terminal::terminal_stdin(),
            Stream::Stdout => terminal::terminal_stdout(),
            Stream::Stderr => terminal::terminal_stderr(),
        };
        // A terminal has no functions: that it is there is all.
        match (terminal, stream) {
            (Some(terminal), Stream::Stdin) => terminal::drop_terminal_input(terminal),
            (Some(terminal), Stream::Stdout | Stream::Stderr) => terminal::drop_terminal_output(terminal),
            (None, _) => {}
        }
        terminal.is_some()
    }

    fn read_stdin(&mut self, program: &Memory, to: Buffer) -> Result<u32, Errno> {
        streams::read::<RULED>(self.0, program, to)
    }

    fn write_stream(&mut self, stream: Stream, program: &Memory, from: Buffer) -> Result<u32, Errno> {
        streams::write::<RULED>(self.0, stream, program, from)
    }

    fn wait(&mut self, streams: Streams, limit: Option<u64>) -> Result<Ready, Errno> {
        wait::wait::<RULED>(self.0, streams, limit)
    }

    fn now(&mut self, clock: Clock) -> Result<u64, Errno> {
        match clock {
            Clock::Realtime => nanoseconds(host::wall_clock::now()),
            Clock::Monotonic => Ok(clocks::monotonic(self.0, host::clocks::now())),
        }
    }

    fn resolution(&mut self, clock: Clock) -> Result<u64, Errno> {
        match clock {
            Clock::Realtime => nanoseconds(host::wall_clock::resolution()),
            Clock::Monotonic => Ok(host::clocks::resolution()),
        }
    }

    fn random(&mut self, program: &Memory, to: Buffer) -> Result<(), Errno> {
        let (mut place, mut left) = (to.address(), to.length() as usize);
        while left > 0 {
            let length = left.min(AT_ONCE);
            if RULED {
                // All pieces but the last are whole blocks of the generator, so they are as if taken at once.
                let gather = &mut self.0.gather;
                gather.clear();
                gather.try_reserve(length)?;
                gather.resize(length, 0);
                random::fill(self.0.session.settings.seed, random::Stream::Random, gather);
                program.copy_out(gather, place);
            } else {
                program.copy_out(host_bytes(length)?, place);
                abi::finish_call();
            }
            place = place.wrapping_add(length as u32);
            left -= length;
        }
        Ok(())
    }

    fn arguments(&mut self, mut give: impl FnMut(&[u8])) {
        let arguments = if RULED { environment::arguments(self.0) } else { host::environment::arguments() };
        let List { pointer, length } = arguments;
        for List { pointer, length } in abi::list(pointer.cast::<List>(), length) {
            give(abi::list(*pointer, *length));
        }
        abi::finish_call();
    }

    fn variables(&mut self, mut give: impl FnMut(&[u8], &[u8])) {
        let variables = if RULED { environment::variables(self.0) } else { host::environment::environment() };
        let List { pointer, length } = variables;
        for Pair(name, value) in abi::list(pointer.cast::<Pair<List, List>>(), length) {
            give(abi::list(name.pointer, name.length), abi::list(value.pointer, value.length));
        }
        abi::finish_call();
    }
}

/// Returns random bytes of the host.
///
/// # Errors
/// - [`Errno::Nomem`]: there is no memory for them.
/// - [`Errno::Io`]: the host has returned another number of bytes.
fn host_bytes(length: usize) -> Result<&'static [u8], Errno> {
    if abi::make_room(length) < length as u64 {
        return Err(Errno::Nomem);
    }
    let bytes = host::random::bytes(length as u64);
    if bytes.len() == length { Ok(bytes) } else { Err(Errno::Io) }
}

/// Returns a time since 1970.
///
/// # Errors
/// - [`Errno::Notsup`]: there is no clock.
/// - [`Errno::Overflow`]: it does not fit.
fn nanoseconds(time: Datetime) -> Result<u64, Errno> {
    if time.nanoseconds >= NANOSECONDS_PER_SECOND {
        return Err(Errno::Notsup);
    }
    time::nanoseconds(time.seconds, time.nanoseconds).ok_or(Errno::Overflow)
}
