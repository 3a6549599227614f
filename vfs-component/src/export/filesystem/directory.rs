//! Directories: making, removing, listing them.

use super::{Answer, DONE, descriptor_type, version_2};
use crate::abi::{self, List, Opt, Pair, Unit};
use crate::handle::{AppHandles, Handle, Kind};
use crate::state::{State, answer, call_value};

export! {
    "[method]descriptor.create-directory-at",
    (descriptor: u32, path: *const u8, path_length: usize) -> Unit,
    |state| {
        let path = abi::string(path, path_length);
        state.volume.create_dir_at(state.session.handles.descriptor(descriptor), path).map(|()| DONE)
    }
}

export! {
    "[method]descriptor.remove-directory-at",
    (descriptor: u32, path: *const u8, path_length: usize) -> Unit,
    |state| {
        let path = abi::string(path, path_length);
        state.volume.remove_dir_at(state.session.handles.descriptor(descriptor), path).map(|()| DONE)
    }
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.read-directory")]
extern "C" fn read_directory(descriptor: u32) -> *const Answer<u32> {
    answer(|state| {
        state.session.handles.reserve()?;
        let stream = state.volume.read_dir(state.session.handles.descriptor(descriptor))?;
        Ok(version_2::resource_new_directory_entry_stream(
            state.session.handles.add(Handle::DirectoryEntryStream(stream)),
        ))
    })
}

#[unsafe(export_name = "wasi:filesystem/types#[method]directory-entry-stream.read-directory-entry")]
extern "C" fn read_directory_entry(stream: u32) -> *const Answer<Opt<Pair<u8, List>>> {
    answer(|state| {
        let State { volume, session, .. } = state;
        let entry = volume.next_entry(session.handles.directory_entry_stream(stream))?;
        Ok(entry.map(|entry| Pair(descriptor_type(entry.kind), List::of(entry.name.as_bytes()))).into())
    })
}

#[unsafe(export_name = "wasi:filesystem/types#[dtor]directory-entry-stream")]
extern "C" fn drop_directory_entry_stream(stream: u32) {
    call_value(|state| state.session.handles.remove(&mut state.volume, stream, Kind::DirectoryEntryStream));
}
