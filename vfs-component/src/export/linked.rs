//! Functions for the linked form alone: calls with two handles or more, some of the vfs and some of the host.
//!
//! In that form a handle carries its owner: handles of the vfs have [`VIRTUAL`] set, all others are the host's own.
//! Calls whose handles all have one owner go to the other exports, with the bit cleared, or straight to the host.

use super::poll;
use super::streams::{Blocking, Failure, StreamError, file_to_host, host_to_file, to_result};
use crate::abi::{self, Area, List, Res, finish_call};
use crate::handle::{AppHandles, Known};
use crate::layer::operate;
use crate::state::{State, call};

/// The bit that marks the vfs's handles.
const VIRTUAL: u32 = 1 << 30;

/// `wasi:io/poll#poll` if at least one pollable is the vfs's: see [`poll::gather`].
#[unsafe(export_name = "vfs-compose:linked#poll")]
extern "C" fn poll_mixed(pointer: *const u32, length: usize) -> *const List {
    call(|state| {
        let pollables = abi::list(pointer, length);
        let State { session, lists, virtual_monotonic_now, .. } = state;
        let indexes = &mut lists.indexes;
        indexes.clear();
        if indexes.try_reserve(pollables.len()).is_err() {
            abi::trap();
        }
        poll::gather(indexes, virtual_monotonic_now, pollables, |pollable| match pollable & VIRTUAL {
            0 => Known::Host(pollable),
            _ => session.handles.pollable(pollable & !VIRTUAL).known(),
        });
        List::of(indexes)
    })
}

/// `output-stream.splice` if one stream is the vfs's and the other the host's.
#[unsafe(export_name = "vfs-compose:linked#splice")]
extern "C" fn splice(stream: u32, source: u32, length: u64) -> *const Res<u64, StreamError> {
    splice_with(stream, source, length, Blocking::No)
}

/// `output-stream.blocking-splice` if one stream is the vfs's and the other the host's.
#[unsafe(export_name = "vfs-compose:linked#blocking-splice")]
extern "C" fn blocking_splice(stream: u32, source: u32, length: u64) -> *const Res<u64, StreamError> {
    splice_with(stream, source, length, Blocking::Yes)
}

fn splice_with(stream: u32, source: u32, length: u64, blocking: Blocking) -> *const Res<u64, StreamError> {
    let mut taken = None;
    let result = operate(
        |state| {
            if stream & VIRTUAL == 0 {
                file_to_host(state, source & !VIRTUAL, stream, length, blocking)
            } else {
                host_to_file(state, source, stream & !VIRTUAL, length, blocking, &mut taken)
            }
        },
        to_result_of_host,
    );
    finish_call();
    Area::put(result)
}

/// Makes the app's result. The host's error is passed on as it is.
fn to_result_of_host(state: &mut State, result: Result<u64, Failure>) -> Res<u64, StreamError> {
    match result {
        Err(Failure::Host(error)) => Res::Err(StreamError::LastOperationFailed(error)),
        result => to_result(state, result),
    }
}
