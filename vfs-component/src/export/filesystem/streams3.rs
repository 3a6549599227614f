//! Streams of WASI 0.3: reading and writing contents, and listings.

use vfs_core::{DirStream, Error, OpenFile};

use crate::abi::{Area, Pair, finish_call};
use crate::handle::{AppHandles, Position};
#[cfg(feature = "mounts3")]
use crate::layer::streams;
use crate::layer::{Stop, error_of, operate};
use crate::pump::{Done, Lister, Reader, Sink, Source, World, Writer, bytes, entries};
use crate::state::{State, call, call_value};

#[unsafe(export_name = "wasi:filesystem/types@0.3#[method]descriptor.read-via-stream")]
extern "C" fn read_via_stream(descriptor: u32, offset: u64) -> *const Pair<u32, u32> {
    call(|state| {
        #[cfg(feature = "mounts3")]
        if let Some(streaming) = streams::read(&state.volume, state.session.handles.descriptor(descriptor), offset) {
            return Pair(streaming.stream, streaming.end);
        }
        let (stream, end) = bytes::new();
        let (future, done) = Done::of_filesystem();
        let file = readable(state, descriptor);
        let State { volume, session, pump, .. } = state;
        let world = &mut World { volume, standard: &mut session.standard };
        match file {
            Ok(file) => pump.read(world, Reader::new(end, done, Source::File { file, offset })),
            Err(stop) => {
                bytes::drop_writable(end);
                pump.answer(world, done, Err(error_of(stop)));
            }
        }
        Pair(stream, future)
    })
}

/// Returns an open file for a stream. It is the stream's own, because the stream goes on when the descriptor is
/// dropped.
fn readable(state: &mut State, descriptor: u32) -> Result<OpenFile, Stop> {
    let file = state.session.handles.descriptor(descriptor);
    state.volume.check_readable(file)?;
    state.volume.reopen(file)
}

#[unsafe(export_name = "wasi:filesystem/types@0.3#[method]descriptor.write-via-stream")]
extern "C" fn write_via_stream(descriptor: u32, stream: u32, offset: u64) -> u32 {
    call_value(|state| write(state, descriptor, stream, Position::At(offset)))
}

#[unsafe(export_name = "wasi:filesystem/types@0.3#[method]descriptor.append-via-stream")]
extern "C" fn append_via_stream(descriptor: u32, stream: u32) -> u32 {
    call_value(|state| write(state, descriptor, stream, Position::End))
}

fn write(state: &mut State, descriptor: u32, stream: u32, position: Position) -> u32 {
    #[cfg(feature = "mounts3")]
    if let Some(future) = streams::write(&state.volume, state.session.handles.descriptor(descriptor), position, stream)
    {
        return future;
    }
    let (future, done) = Done::of_filesystem();
    let sink = match writable(state, descriptor) {
        Ok(file) => Sink::File { file, position },
        Err(stop) => Sink::Failing(error_of(stop)),
    };
    let State { volume, session, pump, .. } = state;
    pump.write(&mut World { volume, standard: &mut session.standard }, Writer::new(stream, done, sink));
    future
}

fn writable(state: &mut State, descriptor: u32) -> Result<OpenFile, Stop> {
    let file = state.session.handles.descriptor(descriptor);
    state.volume.check_writable(file)?;
    state.volume.reopen(file)
}

#[unsafe(export_name = "wasi:filesystem/types@0.3#[method]descriptor.read-directory")]
extern "C" fn read_directory(descriptor: u32) -> *const Pair<u32, u32> {
    #[cfg(feature = "mounts3")]
    if let Some(streaming) =
        call_value(|state| streams::list(&state.volume, state.session.handles.descriptor(descriptor)))
    {
        return Area::put(Pair(streaming.stream, streaming.end));
    }
    let listing = operate(|state| state.volume.read_dir(state.session.handles.descriptor(descriptor)), list);
    finish_call();
    Area::put(listing)
}

/// Starts to offer the entries of a directory.
fn list(state: &mut State, directory: Result<DirStream, Error>) -> Pair<u32, u32> {
    let (stream, end) = entries::new();
    let (future, done) = Done::of_filesystem();
    let State { volume, session, pump, .. } = state;
    let world = &mut World { volume, standard: &mut session.standard };
    match directory {
        Ok(directory) => pump.list(world, Lister::new(end, done, directory)),
        Err(error) => {
            entries::drop_writable(end);
            pump.answer(world, done, Err(error));
        }
    }
    Pair(stream, future)
}
