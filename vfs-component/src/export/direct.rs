//! Functions for the linked form alone: reads of mounted files, whose bytes the host puts into the app's memory itself.

use core::ptr;

use super::streams::file_of_input;
use crate::abi::Area;
use crate::handle::AppHandles;
use crate::layer;
use crate::state::call_value;

/// Where the bytes of a read are.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Direct {
    /// Offset of the first byte.
    pub offset: u64,
    /// Largest number of bytes.
    pub length: u64,
    /// The host's descriptor.
    pub descriptor: u32,
}

/// Tells where the bytes of a read are; null if the vfs has to read them.
#[unsafe(export_name = "vfs-compose:linked#direct-read")]
extern "C" fn direct_read(descriptor: u32, length: u64, offset: u64) -> *const Direct {
    let direct =
        call_value(|state| layer::direct(&state.volume, state.session.handles.descriptor(descriptor), offset, length));
    direct.map_or(ptr::null(), Area::put)
}

/// Tells where the next bytes of a stream are; null if the vfs has to read them.
#[unsafe(export_name = "vfs-compose:linked#direct-read-of-stream")]
extern "C" fn direct_read_of_stream(stream: u32, length: u64) -> *const Direct {
    let direct = call_value(|state| match file_of_input(&mut state.session, stream) {
        Ok((file, offset, false)) => layer::direct(&state.volume, file, *offset, length),
        _ => None,
    });
    direct.map_or(ptr::null(), Area::put)
}

/// Moves a stream by the number of bytes that were read.
#[unsafe(export_name = "vfs-compose:linked#advance")]
extern "C" fn advance(stream: u32, count: u64) {
    call_value(|state| {
        if let Ok((_, offset, _)) = file_of_input(&mut state.session, stream) {
            *offset = offset.saturating_add(count);
        }
    });
}
