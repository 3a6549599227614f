//! Directories: making, removing, listing.

use super::{Answer, answer, answer_unit, descriptor_type, resource_new_directory_entry_stream};
use crate::abi::{self, List, Opt, Pair, Unit};
use crate::handle::{Handle, Kind};
use crate::state::{State, call_value};

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.create-directory-at")]
extern "C" fn create_directory_at(descriptor: u32, path: *const u8, path_length: usize) -> *const Answer<Unit> {
    answer_unit(|state| state.fs.create_dir_at(state.handles.descriptor(descriptor), abi::string(path, path_length)))
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.remove-directory-at")]
extern "C" fn remove_directory_at(descriptor: u32, path: *const u8, path_length: usize) -> *const Answer<Unit> {
    answer_unit(|state| state.fs.remove_dir_at(state.handles.descriptor(descriptor), abi::string(path, path_length)))
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.read-directory")]
extern "C" fn read_directory(descriptor: u32) -> *const Answer<u32> {
    answer(|state| {
        state.handles.reserve()?;
        let stream = state.fs.read_dir(state.handles.descriptor(descriptor))?;
        Ok(resource_new_directory_entry_stream(state.handles.insert(Handle::DirectoryEntryStream(stream))))
    })
}

#[unsafe(export_name = "wasi:filesystem/types#[method]directory-entry-stream.read-directory-entry")]
extern "C" fn read_directory_entry(stream: u32) -> *const Answer<Opt<Pair<u8, List>>> {
    answer(|state| {
        let State { fs, handles, .. } = state;
        let entry = fs.next_entry(handles.directory_entry_stream(stream))?;
        Ok(entry.map(|entry| Pair(descriptor_type(entry.kind), List::of(entry.name.as_bytes()))).into())
    })
}

#[unsafe(export_name = "wasi:filesystem/types#[dtor]directory-entry-stream")]
extern "C" fn drop_directory_entry_stream(stream: u32) {
    call_value(|state| state.handles.remove(&mut state.fs, stream, Kind::DirectoryEntryStream));
}
