//! Names of nodes: renaming, linking, unlinking, symbolic links.

use super::{DONE, follow};
use crate::abi::{self, List, Unit};
use crate::handle::AppHandles;

export! {
    "[method]descriptor.rename-at",
    (
        descriptor: u32,
        old_path: *const u8,
        old_path_length: usize,
        new_descriptor: u32,
        new_path: *const u8,
        new_path_length: usize,
    ) -> Unit,
    |state| {
        let handles = &state.session.handles;
        let (from, to) = (handles.descriptor(descriptor), handles.descriptor(new_descriptor));
        state.volume.rename_at(from, abi::string(old_path, old_path_length), to, abi::string(new_path, new_path_length))
            .map(|()| DONE)
    }
}

export! {
    "[method]descriptor.link-at",
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
        let handles = &state.session.handles;
        let (from, to) = (handles.descriptor(descriptor), handles.descriptor(new_descriptor));
        let old_path = abi::string(old_path, old_path_length);
        let new_path = abi::string(new_path, new_path_length);
        state.volume.link_at(from, old_path, follow(old_path_flags), to, new_path).map(|()| DONE)
    }
}

export! {
    "[method]descriptor.unlink-file-at",
    (descriptor: u32, path: *const u8, path_length: usize) -> Unit,
    |state| {
        let path = abi::string(path, path_length);
        state.volume.unlink_file_at(state.session.handles.descriptor(descriptor), path).map(|()| DONE)
    }
}

export! {
    "[method]descriptor.symlink-at",
    (descriptor: u32, target: *const u8, target_length: usize, path: *const u8, path_length: usize) -> Unit,
    |state| {
        let (target, path) = (abi::string(target, target_length), abi::string(path, path_length));
        state.volume.symlink_at(target, state.session.handles.descriptor(descriptor), path).map(|()| DONE)
    }
}

export! {
    "[method]descriptor.readlink-at",
    (descriptor: u32, path: *const u8, path_length: usize) -> List,
    |state| {
        let path = abi::string(path, path_length);
        let target = state.volume.readlink_at(state.session.handles.descriptor(descriptor), path)?;
        Ok(List::of(target.as_bytes()))
    }
}
