//! Names of nodes: renaming, linking, unlinking, symbolic links.

use super::{DONE, follow};
use crate::abi::{self, List, Unit};
use crate::state::State;

export! {
    "wasi:filesystem/types#[method]descriptor.rename-at",
    "wasi:filesystem/types@0.3#[method]descriptor.rename-at",
    (
        descriptor: u32,
        old_path: *const u8,
        old_path_length: usize,
        new_descriptor: u32,
        new_path: *const u8,
        new_path_length: usize,
    ) -> Unit,
    |state| {
        let State { fs, handles, .. } = state;
        let (from, to) = handles.two_descriptors(descriptor, new_descriptor);
        fs.rename_at(from, abi::string(old_path, old_path_length), to, abi::string(new_path, new_path_length))
            .map(|()| DONE)
    }
}

export! {
    "wasi:filesystem/types#[method]descriptor.link-at",
    "wasi:filesystem/types@0.3#[method]descriptor.link-at",
    (
        descriptor: u32,
        old_path_flags: u32,
        old_path: *const u8,
        old_path_length: usize,
        new_descriptor: u32,
        new_path: *const u8,
        new_path_length: usize,
    ) -> Unit,
    |state| {
        let State { fs, handles, .. } = state;
        let (from, to) = handles.two_descriptors(descriptor, new_descriptor);
        let old_path = abi::string(old_path, old_path_length);
        fs.link_at(from, old_path, follow(old_path_flags), to, abi::string(new_path, new_path_length)).map(|()| DONE)
    }
}

export! {
    "wasi:filesystem/types#[method]descriptor.unlink-file-at",
    "wasi:filesystem/types@0.3#[method]descriptor.unlink-file-at",
    (descriptor: u32, path: *const u8, path_length: usize) -> Unit,
    |state| state.fs.unlink_file_at(state.handles.descriptor(descriptor), abi::string(path, path_length)).map(|()| DONE)
}

export! {
    "wasi:filesystem/types#[method]descriptor.symlink-at",
    "wasi:filesystem/types@0.3#[method]descriptor.symlink-at",
    (descriptor: u32, target: *const u8, target_length: usize, path: *const u8, path_length: usize) -> Unit,
    |state| {
        let target = abi::string(target, target_length);
        state.fs.symlink_at(target, state.handles.descriptor(descriptor), abi::string(path, path_length)).map(|()| DONE)
    }
}

export! {
    "wasi:filesystem/types#[method]descriptor.readlink-at",
    "wasi:filesystem/types@0.3#[method]descriptor.readlink-at",
    (descriptor: u32, path: *const u8, path_length: usize) -> List,
    |state| {
        let path = abi::string(path, path_length);
        let target = state.fs.readlink_at(state.handles.descriptor(descriptor), path)?;
        Ok(List::of(target.as_bytes()))
    }
}
