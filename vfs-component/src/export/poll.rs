//! `wasi:io/poll`: one pollable for what is in memory and what is the host's.

use crate::abi::{self, List};
use crate::handle::{Handle, Handles, Kind, Pollable};
use crate::host;
use crate::state::{State, call, call_value, within_call};

#[link(wasm_import_module = "[export]wasi:io/poll")]
unsafe extern "C" {
    #[link_name = "[resource-new]pollable"]
    safe fn resource_new_pollable(number: u32) -> u32;
}

/// A resource of the app's.
pub fn new_pollable(state: &mut State, pollable: Pollable) -> u32 {
    resource_new_pollable(state.handles.insert(Handle::Pollable(pollable)))
}

#[unsafe(export_name = "wasi:io/poll#[method]pollable.ready")]
extern "C" fn ready(pollable: u32) -> bool {
    call_value(|state| is_ready(&mut state.handles, pollable))
}

#[unsafe(export_name = "wasi:io/poll#[method]pollable.block")]
extern "C" fn block(pollable: u32) {
    call_value(|state| match state.handles.pollable(pollable) {
        Pollable::Ready => {}
        Pollable::Host { handle, .. } => host::poll::block(*handle),
    });
}

#[unsafe(export_name = "wasi:io/poll#[dtor]pollable")]
extern "C" fn drop_pollable(pollable: u32) {
    within_call(|state| state.handles.remove(&mut state.fs, pollable, Kind::Pollable));
}

/// The indexes of all that are ready. If a virtual one is, the host's are only asked; if none is, all are the host's and it blocks
/// on them.
///
/// # Traps
/// An empty list, as WASI has it.
#[unsafe(export_name = "wasi:io/poll#poll")]
extern "C" fn poll(pointer: *const u32, length: usize) -> *const List {
    call(|state| {
        let pollables = abi::list(pointer, length);
        if pollables.is_empty() {
            abi::trap();
        }
        let State { handles, lists, .. } = state;
        let indexes = &mut lists.indexes;
        indexes.clear();
        if indexes.try_reserve(pollables.len()).is_err() {
            abi::trap();
        }
        // Their handles first; as long as all are the host's, position and index are the same.
        for pollable in pollables {
            match handles.pollable(*pollable) {
                Pollable::Host { handle, .. } => indexes.push(*handle),
                Pollable::Ready => break,
            }
        }
        if indexes.len() == pollables.len() {
            return List::of(host::poll::poll(indexes));
        }
        indexes.clear();
        for (index, pollable) in pollables.iter().enumerate() {
            if is_ready(handles, *pollable) {
                indexes.push(index as u32);
            }
        }
        List::of(indexes)
    })
}

fn is_ready(handles: &mut Handles, pollable: u32) -> bool {
    match handles.pollable(pollable) {
        Pollable::Ready => true,
        Pollable::Host { handle, .. } => host::poll::ready(*handle),
    }
}
