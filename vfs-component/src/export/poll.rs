//! `wasi:io/poll`: one resource for pollables of the vfs and of the host.

use crate::abi::{self, List};
use crate::handle::{AppHandles, Handle, Kind, Known, Pollable};
use crate::host;
use crate::state::{State, call, call_value, within_call};

#[link(wasm_import_module = "[export]wasi:io/poll")]
unsafe extern "C" {
    #[link_name = "[resource-new]pollable"]
    safe fn resource_new_pollable(number: u32) -> u32;
}

/// Makes a resource of the app.
pub fn new_pollable(state: &mut State, pollable: Pollable) -> u32 {
    resource_new_pollable(state.session.handles.add(Handle::Pollable(pollable)))
}

#[unsafe(export_name = "wasi:io/poll#[method]pollable.ready")]
extern "C" fn ready(pollable: u32) -> bool {
    call_value(|state| is_ready(state.session.handles.pollable(pollable), state.virtual_monotonic_now))
}

#[unsafe(export_name = "wasi:io/poll#[method]pollable.block")]
extern "C" fn block(pollable: u32) {
    call_value(|state| match state.session.handles.pollable(pollable) {
        Pollable::Ready => {}
        Pollable::Timer(when) => state.virtual_monotonic_now = state.virtual_monotonic_now.max(*when),
        Pollable::Host { handle, .. } => host::poll::block(*handle),
    });
}

#[unsafe(export_name = "wasi:io/poll#[dtor]pollable")]
extern "C" fn drop_pollable(pollable: u32) {
    within_call(|state| state.session.handles.remove(&mut state.volume, pollable, Kind::Pollable));
}

/// Returns the indexes of all ready pollables. If all pollables are the host's, blocks on them; otherwise see
/// [`gather`].
///
/// # Traps
/// If the list is empty, as WASI defines.
#[unsafe(export_name = "wasi:io/poll#poll")]
extern "C" fn poll(pointer: *const u32, length: usize) -> *const List {
    call(|state| {
        let pollables = abi::list(pointer, length);
        if pollables.is_empty() {
            abi::trap();
        }
        let State { session, lists, virtual_monotonic_now, .. } = state;
        let indexes = &mut lists.indexes;
        indexes.clear();
        if indexes.try_reserve(pollables.len()).is_err() {
            abi::trap();
        }
        // First collects their handles: as long as all pollables are the host's, position and index are the same.
        for pollable in pollables {
            match session.handles.pollable(*pollable) {
                Pollable::Host { handle, .. } => indexes.push(*handle),
                Pollable::Ready | Pollable::Timer(_) => break,
            }
        }
        if indexes.len() == pollables.len() {
            return List::of(host::poll::poll(indexes));
        }
        gather(indexes, virtual_monotonic_now, pollables, |pollable| session.handles.pollable(pollable).known());
        List::of(indexes)
    })
}

/// Puts the indexes of all ready pollables into a list that has room for them. Asks those of the host without blocking.
/// If none is ready, the frozen clock moves to the earliest awaited time, so that there is always one: a time limit for
/// something of the host expires if that is not ready at once.
pub fn gather(indexes: &mut Vec<u32>, now: &mut u64, pollables: &[u32], mut look: impl FnMut(u32) -> Known) {
    let mut earliest = None;
    indexes.clear();
    for (index, pollable) in pollables.iter().enumerate() {
        match look(*pollable) {
            Known::Timer(when) if when > *now => earliest = Some(earliest.map_or(when, |other| when.min(other))),
            Known::Host(handle) if !host::poll::ready(handle) => {}
            Known::Ready | Known::Timer(_) | Known::Host(_) => indexes.push(index as u32),
        }
    }
    let Some(when) = earliest.filter(|_| indexes.is_empty()) else { return };
    *now = when;
    for (index, pollable) in pollables.iter().enumerate() {
        if matches!(look(*pollable), Known::Timer(other) if other == when) {
            indexes.push(index as u32);
        }
    }
}

fn is_ready(pollable: &Pollable, virtual_monotonic_now: u64) -> bool {
    match pollable.known() {
        Known::Ready => true,
        Known::Timer(when) => when <= virtual_monotonic_now,
        Known::Host(handle) => host::poll::ready(handle),
    }
}
