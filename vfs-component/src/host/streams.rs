//! `wasi:io/streams` of the host.

use crate::abi::{List, Res, Unit};

/// `stream-error`, with the host's error handle.
#[derive(Clone, Copy)]
#[repr(C, u8)]
pub enum StreamError {
    #[expect(dead_code, reason = "the host makes it")]
    LastOperationFailed(u32),
    Closed,
}

/// The result of a stream call of the host.
pub type Outcome<T> = Result<T, StreamError>;

mod import {
    use super::{List, Res, StreamError, Unit};

    #[link(wasm_import_module = "wasi:io/streams")]
    unsafe extern "C" {
        #[link_name = "[method]input-stream.read"]
        pub safe fn read(stream: u32, length: u64, result: &mut Res<List, StreamError>);
        #[link_name = "[method]input-stream.blocking-read"]
        pub safe fn blocking_read(stream: u32, length: u64, result: &mut Res<List, StreamError>);
        #[link_name = "[method]input-stream.skip"]
        pub safe fn skip(stream: u32, length: u64, result: &mut Res<u64, StreamError>);
        #[link_name = "[method]input-stream.blocking-skip"]
        pub safe fn blocking_skip(stream: u32, length: u64, result: &mut Res<u64, StreamError>);
        #[link_name = "[method]output-stream.check-write"]
        pub safe fn check_write(stream: u32, result: &mut Res<u64, StreamError>);
        #[link_name = "[method]output-stream.write"]
        pub safe fn write(stream: u32, bytes: *const u8, length: usize, result: &mut Res<Unit, StreamError>);
        #[link_name = "[method]output-stream.blocking-write-and-flush"]
        pub safe fn blocking_write_and_flush(
            stream: u32,
            bytes: *const u8,
            length: usize,
            result: &mut Res<Unit, StreamError>,
        );
        #[link_name = "[method]output-stream.flush"]
        pub safe fn flush(stream: u32, result: &mut Res<Unit, StreamError>);
        #[link_name = "[method]output-stream.blocking-flush"]
        pub safe fn blocking_flush(stream: u32, result: &mut Res<Unit, StreamError>);
        #[link_name = "[method]output-stream.write-zeroes"]
        pub safe fn write_zeroes(stream: u32, length: u64, result: &mut Res<Unit, StreamError>);
        #[link_name = "[method]output-stream.blocking-write-zeroes-and-flush"]
        pub safe fn blocking_write_zeroes_and_flush(stream: u32, length: u64, result: &mut Res<Unit, StreamError>);
        #[link_name = "[method]output-stream.splice"]
        pub safe fn splice(stream: u32, source: u32, length: u64, result: &mut Res<u64, StreamError>);
        #[link_name = "[method]output-stream.blocking-splice"]
        pub safe fn blocking_splice(stream: u32, source: u32, length: u64, result: &mut Res<u64, StreamError>);
    }
}

mod resource {
    #[link(wasm_import_module = "wasi:io/streams")]
    unsafe extern "C" {
        #[link_name = "[resource-drop]input-stream"]
        pub safe fn drop_input_stream(stream: u32);
        #[link_name = "[resource-drop]output-stream"]
        pub safe fn drop_output_stream(stream: u32);
        #[link_name = "[method]input-stream.subscribe"]
        pub safe fn subscribe_to_input(stream: u32) -> u32;
        #[link_name = "[method]output-stream.subscribe"]
        pub safe fn subscribe_to_output(stream: u32) -> u32;
    }
}

pub use resource::{drop_input_stream, drop_output_stream, subscribe_to_input, subscribe_to_output};

/// Calls an import, with a result that is `closed` unless the host writes another.
pub fn outcome<T>(import: impl FnOnce(&mut Res<T, StreamError>)) -> Outcome<T> {
    let mut result = Res::Err(StreamError::Closed);
    import(&mut result);
    match result {
        Res::Ok(value) => Ok(value),
        Res::Err(error) => Err(error),
    }
}

pub fn read(stream: u32, length: u64) -> Outcome<List> {
    outcome(|result| import::read(stream, length, result))
}

pub fn blocking_read(stream: u32, length: u64) -> Outcome<List> {
    outcome(|result| import::blocking_read(stream, length, result))
}

pub fn skip(stream: u32, length: u64) -> Outcome<u64> {
    outcome(|result| import::skip(stream, length, result))
}

pub fn blocking_skip(stream: u32, length: u64) -> Outcome<u64> {
    outcome(|result| import::blocking_skip(stream, length, result))
}

pub fn check_write(stream: u32) -> Outcome<u64> {
    outcome(|result| import::check_write(stream, result))
}

pub fn write(stream: u32, bytes: &[u8]) -> Outcome<Unit> {
    outcome(|result| import::write(stream, bytes.as_ptr(), bytes.len(), result))
}

pub fn blocking_write_and_flush(stream: u32, bytes: &[u8]) -> Outcome<Unit> {
    outcome(|result| import::blocking_write_and_flush(stream, bytes.as_ptr(), bytes.len(), result))
}

pub fn flush(stream: u32) -> Outcome<Unit> {
    outcome(|result| import::flush(stream, result))
}

pub fn blocking_flush(stream: u32) -> Outcome<Unit> {
    outcome(|result| import::blocking_flush(stream, result))
}

pub fn write_zeroes(stream: u32, length: u64) -> Outcome<Unit> {
    outcome(|result| import::write_zeroes(stream, length, result))
}

pub fn blocking_write_zeroes_and_flush(stream: u32, length: u64) -> Outcome<Unit> {
    outcome(|result| import::blocking_write_zeroes_and_flush(stream, length, result))
}

pub fn splice(stream: u32, source: u32, length: u64) -> Outcome<u64> {
    outcome(|result| import::splice(stream, source, length, result))
}

pub fn blocking_splice(stream: u32, source: u32, length: u64) -> Outcome<u64> {
    outcome(|result| import::blocking_splice(stream, source, length, result))
}
