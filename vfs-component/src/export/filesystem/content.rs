//! Contents of files: reading, writing, resizing.

use super::{Answer, DONE};
use crate::abi::{self, List, Pair, Unit};
use crate::export::streams::{new_input, new_output};
use crate::handle::{AppHandles, Input, Output, Position};
use crate::layer::{self, Stop};
use crate::state::{State, answer};

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.read-via-stream")]
extern "C" fn read_via_stream(descriptor: u32, offset: u64) -> *const Answer<u32> {
    answer(|state| {
        state.session.handles.reserve()?;
        let file = state.session.handles.descriptor(descriptor);
        state.volume.check_readable(file)?;
        let file = state.volume.reopen(file)?;
        Ok(new_input(state, Input::File { file, offset, closed: false }))
    })
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.write-via-stream")]
extern "C" fn write_via_stream(descriptor: u32, offset: u64) -> *const Answer<u32> {
    answer(|state| output_stream(state, descriptor, Position::At(offset)))
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.append-via-stream")]
extern "C" fn append_via_stream(descriptor: u32) -> *const Answer<u32> {
    answer(|state| output_stream(state, descriptor, Position::End))
}

fn output_stream(state: &mut State, descriptor: u32, position: Position) -> Result<u32, Stop> {
    state.session.handles.reserve()?;
    let file = state.session.handles.descriptor(descriptor);
    state.volume.check_writable(file)?;
    let file = state.volume.reopen(file)?;
    Ok(new_output(state, Output::File { file, position, permit: None, closed: false }))
}

/// Reads bytes. The flag in the result tells whether the end of the file was reached; a read of zero bytes finds out.
#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.read")]
extern "C" fn read(descriptor: u32, length: u64, offset: u64) -> *const Answer<Pair<List, bool>> {
    answer(|state| {
        let State { volume, session, gather, .. } = state;
        let bytes = layer::read(volume, session.handles.descriptor(descriptor), offset, length, gather)?;
        Ok(Pair(List::of(bytes), bytes.is_empty()))
    })
}

#[unsafe(export_name = "wasi:filesystem/types#[method]descriptor.write")]
extern "C" fn write(descriptor: u32, pointer: *const u8, length: usize, offset: u64) -> *const Answer<u64> {
    answer(|state| {
        let bytes = abi::list(pointer, length);
        layer::write(&mut state.volume, state.session.handles.descriptor(descriptor), offset, bytes)?;
        Ok(length as u64)
    })
}

export! {
    "[method]descriptor.set-size",
    (descriptor: u32, size: u64) -> Unit,
    |state| state.volume.set_size(state.session.handles.descriptor(descriptor), size).map(|()| DONE)
}

export! {
    "[method]descriptor.advise",
    (descriptor: u32, _offset: u64, length: u64, _advice: u32) -> Unit,
    |state| state.volume.advise(state.session.handles.descriptor(descriptor), length).map(|()| DONE)
}

export! {
    "[method]descriptor.sync",
    (descriptor: u32) -> Unit,
    |state| state.volume.sync(state.session.handles.descriptor(descriptor)).map(|()| DONE)
}

export! {
    "[method]descriptor.sync-data",
    (descriptor: u32) -> Unit,
    |state| state.volume.sync_data(state.session.handles.descriptor(descriptor)).map(|()| DONE)
}
