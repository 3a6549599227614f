//! Waiting for standard streams and for time.

use vfs_preview1_abi::{Errno, Ready, Streams};

use super::streams;
use crate::abi;
use crate::export::{clocks, poll};
use crate::handle::{AppHandles, Input, Known, Output};
use crate::host;
use crate::standard;
use crate::state::State;

/// Something to wait for.
#[derive(Clone, Copy)]
enum What {
    Stdin,
    Stdout,
    Stderr,
    Time,
}

/// How much of that there is.
const ALL: usize = 4;

/// Waits until one of the streams is ready or the time is over, as many nanoseconds as `limit` says.
///
/// As for components, a limit by a frozen clock is over if nothing is ready at once.
pub fn wait(state: &mut State, asked: Streams, limit: Option<u64>) -> Result<Ready, Errno> {
    // The list of what is ready has an index for each.
    if abi::make_room(ALL * size_of::<u32>()) == 0 {
        return Err(Errno::Nomem);
    }
    // All are open before the host is asked for anything that has to be dropped.
    let stdin = if asked.stdin { Some(streams::input(state)?) } else { None };
    let stdout = if asked.stdout { Some(streams::output(state, standard::Stream::Stdout)?) } else { None };
    let stderr = if asked.stderr { Some(streams::output(state, standard::Stream::Stderr)?) } else { None };
    let (mut awaited, mut count) = ([(What::Time, Known::Ready); ALL], 0);
    let mut add = |what: What, known: Known| {
        if let Some(one) = awaited.get_mut(count) {
            *one = (what, known);
            count += 1;
        }
    };
    if let Some(number) = stdin {
        add(What::Stdin, known_input(state.session.handles.input(number)));
    }
    if let Some(number) = stdout {
        add(What::Stdout, known_output(state.session.handles.output(number)));
    }
    if let Some(number) = stderr {
        add(What::Stderr, known_output(state.session.handles.output(number)));
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
            Some((What::Stdin, _)) => ready.streams.stdin = true,
            Some((What::Stdout, _)) => ready.streams.stdout = true,
            Some((What::Stderr, _)) => ready.streams.stderr = true,
            Some((What::Time, _)) => ready.is_over = true,
            // The host is wrong.
            None => {}
        }
    }
    Ok(ready)
}

/// Returns what is known about standard input.
fn known_input(input: &Input) -> Known {
    match input {
        Input::Host(stream) => Known::Host(host::streams::subscribe_to_input(stream.handle)),
        Input::File { .. } | Input::Standard | Input::Null | Input::Failing(_) => Known::Ready,
    }
}

/// Returns what is known about standard output or standard error.
fn known_output(output: &Output) -> Known {
    match output {
        Output::Host(stream) => Known::Host(host::streams::subscribe_to_output(stream.handle)),
        Output::File { .. } | Output::Null | Output::Closed | Output::Failing(_) => Known::Ready,
    }
}
