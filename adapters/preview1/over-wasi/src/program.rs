//! The memory of the program, through the bridge.
//!
//! The bridge is a module that `vfs-preview1` makes (`src/bridge.wat` there). Its memory is the program's, so every one
//! of its functions takes addresses of the program. This module has only its own memory, as engines without several
//! memories for one module demand.

use vfs_preview1_abi::{Buffer, Program};

#[link(wasm_import_module = "bridge")]
unsafe extern "C" {
    safe fn size() -> u64;
    safe fn load8(address: u32) -> u32;
    safe fn load32(address: u32) -> u32;
    safe fn load64(address: u32) -> u64;
    safe fn store8(address: u32, value: u32);
    safe fn store32(address: u32, value: u32);
    safe fn store64(address: u32, value: u64);
    safe fn read(file: u32, length: u32, offset: u64, to: u32) -> u64;
    safe fn write(file: u32, from: u32, length: u32, offset: u64) -> u64;
    #[link_name = "write-stream"]
    safe fn write_stream(stream: u32, from: u32, length: u32) -> u64;
    #[link_name = "write-stream-and-flush"]
    safe fn write_stream_and_flush(stream: u32, from: u32, length: u32) -> u64;
}

/// The program that calls.
pub struct Caller;

impl Program for Caller {
    fn size(&self) -> u64 {
        size()
    }

    fn load(&self, from: u32) -> u64 {
        load64(from)
    }

    fn store(&self, number: u32, to: u32) {
        store32(to, number);
    }

    fn copy_in(&self, from: u32, to: &mut [u8]) {
        let mut address = from;
        let mut next = |bytes: u32| {
            let here = address;
            address = address.wrapping_add(bytes);
            here
        };
        let mut eights = to.chunks_exact_mut(8);
        for eight in &mut eights {
            eight.copy_from_slice(&load64(next(8)).to_le_bytes());
        }
        let mut fours = eights.into_remainder().chunks_exact_mut(4);
        for four in &mut fours {
            four.copy_from_slice(&load32(next(4)).to_le_bytes());
        }
        for byte in fours.into_remainder() {
            *byte = load8(next(1)) as u8;
        }
    }

    fn copy_out(&self, from: &[u8], to: u32) {
        let mut address = to;
        let mut next = |bytes: u32| {
            let here = address;
            address = address.wrapping_add(bytes);
            here
        };
        let (eights, rest) = from.as_chunks::<8>();
        for eight in eights {
            store64(next(8), u64::from_le_bytes(*eight));
        }
        let (fours, rest) = rest.as_chunks::<4>();
        for four in fours {
            store32(next(4), u32::from_le_bytes(*four));
        }
        for byte in rest {
            store8(next(1), u32::from(*byte));
        }
    }
}

/// What a bulk call returns: a number, or the case of an error in the upper half.
fn answer(bits: u64) -> Result<u32, u8> {
    match (bits >> 32) as u32 {
        0 => Ok(bits as u32),
        error => Err((error - 1) as u8),
    }
}

/// Has the host read contents of a file straight into the program's memory. Returns the number of bytes.
///
/// # Errors
/// The number of an `error-code`.
pub fn read_file(file: u32, offset: u64, to: Buffer) -> Result<u32, u8> {
    answer(read(file, to.length(), offset, to.address()))
}

/// Has the host write contents of a file straight from the program's memory. Returns the number of bytes.
///
/// # Errors
/// The number of an `error-code`.
pub fn write_file(file: u32, offset: u64, from: Buffer) -> Result<u32, u8> {
    answer(write(file, from.address(), from.length(), offset))
}

/// The reason why a stream has failed.
pub enum StreamError {
    /// An operation has failed; the `error` resource of the host is the program's to drop.
    Failed(u32),
    /// Nobody reads any more, or the stream is at its end.
    Closed,
}

/// A `stream-error`: its case, with the handle in the lower half.
fn stream_answer(bits: u64) -> Result<(), StreamError> {
    match answer(bits) {
        Ok(_) => Ok(()),
        Err(0) => Err(StreamError::Failed(bits as u32)),
        Err(_) => Err(StreamError::Closed),
    }
}

/// Calls `output-stream.write` with bytes of the program.
///
/// # Errors
/// The stream's error.
pub fn write_to_stream(stream: u32, address: u32, length: u32) -> Result<(), StreamError> {
    stream_answer(write_stream(stream, address, length))
}

/// Calls `output-stream.blocking-write-and-flush` with bytes of the program, at most 4096.
///
/// # Errors
/// The stream's error.
pub fn write_and_flush(stream: u32, address: u32, length: u32) -> Result<(), StreamError> {
    stream_answer(write_stream_and_flush(stream, address, length))
}
