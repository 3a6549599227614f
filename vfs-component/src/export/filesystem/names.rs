//! Names of nodes: renaming, linking, unlinking, symbolic links.

use super::{Answer, answer, answer_unit, follow};
use crate::abi::{self, List, Unit};
use crate::state::State;

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.rename-at")]
extern "C" fn rename_at(
    descriptor: u32,
    old_path: *const u8,
    old_path_length: usize,
    new_descriptor: u32,
    new_path: *const u8,
    new_path_length: usize,
) -> *const Answer<Unit> {
    answer_unit(|state| {
        let State { fs, handles, .. } = state;
        let (from, to) = handles.two_descriptors(descriptor, new_descriptor);
        fs.rename_at(from, abi::string(old_path, old_path_length), to, abi::string(new_path, new_path_length))
    })
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.link-at")]
extern "C" fn link_at(
    descriptor: u32,
    old_path_flags: u32,
    old_path: *const u8,
    old_path_length: usize,
    new_descriptor: u32,
    new_path: *const u8,
    new_path_length: usize,
) -> *const Answer<Unit> {
    answer_unit(|state| {
        let State { fs, handles, .. } = state;
        let (from, to) = handles.two_descriptors(descriptor, new_descriptor);
        let old_path = abi::string(old_path, old_path_length);
        fs.link_at(from, old_path, follow(old_path_flags), to, abi::string(new_path, new_path_length))
    })
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.unlink-file-at")]
extern "C" fn unlink_file_at(descriptor: u32, path: *const u8, path_length: usize) -> *const Answer<Unit> {
    answer_unit(|state| state.fs.unlink_file_at(state.handles.descriptor(descriptor), abi::string(path, path_length)))
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.symlink-at")]
extern "C" fn symlink_at(
    descriptor: u32,
    target: *const u8,
    target_length: usize,
    path: *const u8,
    path_length: usize,
) -> *const Answer<Unit> {
    answer_unit(|state| {
        let target = abi::string(target, target_length);
        state.fs.symlink_at(target, state.handles.descriptor(descriptor), abi::string(path, path_length))
    })
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.readlink-at")]
extern "C" fn readlink_at(descriptor: u32, path: *const u8, path_length: usize) -> *const Answer<List> {
    answer(|state| {
        let path = abi::string(path, path_length);
        let target = state.fs.readlink_at(state.handles.descriptor(descriptor), path)?;
        Ok(List::of(target.as_bytes()))
    })
}
