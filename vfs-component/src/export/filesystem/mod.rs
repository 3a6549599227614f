//! `wasi:filesystem/{types,preopens}`, by what the functions are about.

mod content;
mod directory;
mod error_code;
mod metadata;
mod names;
mod open;
mod preopens;

use vfs_core::{Error, FileKind, FollowFinalLink, NewTimestamp, OpenFile, Timestamp};

use crate::abi::{Res, Unit};
use crate::handle::Handle;
use crate::state::{State, call};

#[link(wasm_import_module = "[export]wasi:filesystem/types")]
unsafe extern "C" {
    #[link_name = "[resource-new]descriptor"]
    safe fn resource_new_descriptor(number: u32) -> u32;
    #[link_name = "[resource-new]directory-entry-stream"]
    safe fn resource_new_directory_entry_stream(number: u32) -> u32;
}

/// `result<T, error-code>`.
type Answer<T> = Res<T, Error>;

/// One call that gives `result<T, error-code>`.
fn answer<T: Copy>(body: impl FnOnce(&mut State) -> Result<T, Error>) -> *const Answer<T> {
    call(|state| body(state).into())
}

/// One call that gives `result<_, error-code>`.
fn answer_unit(body: impl FnOnce(&mut State) -> Result<(), Error>) -> *const Answer<Unit> {
    call(|state| body(state).map(|()| []).into())
}

/// Opens something and gives it to the app as a resource.
fn new_descriptor(state: &mut State, open: impl FnOnce(&mut State) -> Result<OpenFile, Error>) -> Result<u32, Error> {
    state.handles.reserve()?;
    let file = open(state)?;
    Ok(resource_new_descriptor(state.handles.insert(Handle::Descriptor(file))))
}

/// `descriptor-type`.
fn descriptor_type(kind: FileKind) -> u8 {
    match kind {
        FileKind::BlockDevice => 1,
        FileKind::CharacterDevice => 2,
        FileKind::Directory => 3,
        FileKind::Fifo => 4,
        FileKind::SymbolicLink => 5,
        FileKind::RegularFile => 6,
        FileKind::Socket => 7,
    }
}

/// `path-flags`.
fn follow(path_flags: u32) -> FollowFinalLink {
    if path_flags & 1 == 0 { FollowFinalLink::No } else { FollowFinalLink::Yes }
}

/// `new-timestamp`, flat: its case, seconds, nanoseconds.
fn new_timestamp(case: u32, seconds: u64, nanoseconds: u32) -> NewTimestamp {
    match case {
        0 => NewTimestamp::NoChange,
        1 => NewTimestamp::Now,
        _ => NewTimestamp::At(Timestamp { seconds, nanoseconds }),
    }
}
