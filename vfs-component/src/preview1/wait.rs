//! Waiting for standard streams and for time.

use vfs_preview1_abi::{Errno, Ready, Stream, Streams};

use super::streams;
use crate::abi;
use crate::export::{clocks, poll};
use crate::handle::{AppHandles, Input, Known, Output};
use crate::host;
use crate::state::State;

/// Something to wait for.
#[derive(Clone, Copy)]
enum What {
    Stream(Stream),
    Time,
}

/// How much of that there is.
const ALL: usize = 4;

/// Waits until one of the streams is ready or the time is over, as many nanoseconds as `limit` says.
///
/// As for components, a limit by a frozen clock is over if nothing is ready at once.
pub fn wait<const RULED: bool>(state: &mut State, asked: Streams, limit: Option<u64>) -> Result<Ready, Errno> {
    // The list of what is ready has an index for each.
    if abi::make_room(ALL * size_of::<u32>()) == 0 {
        return Err(Errno::Nomem);
    }
    let mut streams = [(Stream::Stdin, asked.stdin), (Stream::Stdout, asked.stdout), (Stream::Stderr, asked.stderr)]
        .map(|(stream, is_asked)| is_asked.then_some((stream, 0)));
    // All are open before the host is asked for anything that has to be dropped.
    for (stream, number) in streams.iter_mut().flatten() {
        *number = streams::open::<RULED>(state, *stream)?;
    }
    let (mut awaited, mut count) = ([(What::Time, Known::Ready); ALL], 0);
    let mut add = |what: What, known: Known| {
        if let Some(one) = awaited.get_mut(count) {
            *one = (what, known);
            count += 1;
        }
    };
    for (stream, number) in streams.into_iter().flatten() {
        add(What::Stream(stream), known_stream::<RULED>(state, stream, number));
    }
    if let Some(limit) = limit {
        let handle = host::clocks::subscribe_duration(limit);
        add(What::Time, clocks::timer(state, handle, |now| now.saturating_add(limit)).known());
    }
    let awaited = awaited.get(..count).unwrap_or_default();
    let ready = poll_known(state, awaited);
    for (_, known) in awaited {
        if let Known::Host(handle) = known {
            host::poll::drop_pollable(*handle);
        }
    }
    abi::finish_call();
    ready
}

/// Blocks until something is ready, and returns all that is.
fn poll_known(state: &mut State, awaited: &[(What, Known)]) -> Result<Ready, Errno> {
    let mut handles = [0; ALL];
    let mut is_host = true;
    for (handle, (_, known)) in handles.iter_mut().zip(awaited) {
        match known {
            Known::Host(of_host) => *handle = *of_host,
            Known::Ready | Known::Timer(_) => is_host = false,
        }
    }
    let State { lists, virtual_monotonic_now, .. } = state;
    let indexes = if is_host {
        host::poll::poll(handles.get(..awaited.len()).unwrap_or_default())
    } else {
        lists.indexes.clear();
        lists.indexes.try_reserve(ALL)?;
        let places = [0, 1, 2, 3];
        let places = places.get(..awaited.len()).unwrap_or_default();
        let look = |place: u32| awaited.get(place as usize).map_or(Known::Ready, |(_, known)| *known);
        poll::gather(&mut lists.indexes, virtual_monotonic_now, places, look);
        &lists.indexes
    };
    let mut ready = Ready::default();
    for index in indexes {
        match awaited.get(*index as usize) {
            Some((What::Stream(Stream::Stdin), _)) => ready.streams.stdin = true,
            Some((What::Stream(Stream::Stdout), _)) => ready.streams.stdout = true,
            Some((What::Stream(Stream::Stderr), _)) => ready.streams.stderr = true,
            Some((What::Time, _)) => ready.is_over = true,
            // The host is wrong.
            None => {}
        }
    }
    Ok(ready)
}

/// Returns what is known about a stream.
fn known_stream<const RULED: bool>(state: &mut State, stream: Stream, number: u32) -> Known {
    let handle = match stream {
        _ if !RULED && number == 0 => return Known::Ready,
        _ if !RULED => number,
        Stream::Stdin => match state.session.handles.input(number) {
            Input::Host(stream) => stream.handle,
            Input::File { .. } | Input::Standard | Input::Null | Input::Failing(_) => return Known::Ready,
        },
        Stream::Stdout | Stream::Stderr => match state.session.handles.output(number) {
            Output::Host(stream) => stream.handle,
            Output::File { .. } | Output::Null | Output::Closed | Output::Failing(_) => return Known::Ready,
        },
    };
    Known::Host(match stream {
        Stream::Stdin => host::streams::subscribe_to_input(handle),
        Stream::Stdout | Stream::Stderr => host::streams::subscribe_to_output(handle),
    })
}
