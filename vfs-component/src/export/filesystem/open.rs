//! Opening and dropping descriptors.

use vfs_core::{DescriptorFlags, OpenFlags};

use super::{Answer, answer, follow, new_descriptor};
use crate::abi;
use crate::handle::Kind;
use crate::state::call_value;

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.open-at")]
extern "C" fn open_at(
    descriptor: u32,
    path_flags: u32,
    path: *const u8,
    path_length: usize,
    open_flags: u32,
    flags: u32,
) -> *const Answer<u32> {
    answer(|state| {
        let path = abi::string(path, path_length);
        new_descriptor(state, |state| {
            state.fs.open_at(
                state.handles.descriptor(descriptor),
                path,
                follow(path_flags),
                OpenFlags::from_bits(open_flags as u8),
                DescriptorFlags::from_bits(flags as u8),
            )
        })
    })
}

#[unsafe(export_name = "wasi:filesystem/types#[dtor]descriptor")]
extern "C" fn drop_descriptor(descriptor: u32) {
    call_value(|state| state.handles.remove(&mut state.fs, descriptor, Kind::Descriptor));
}
