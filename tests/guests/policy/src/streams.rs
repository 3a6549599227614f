//! Standard streams.

use std::io::Write;

use wasip2::filesystem::types::filesystem_error_code;
use wasip2::io::streams::{InputStream, OutputStream, StreamError};

/// Two streams of one input, in turn.
pub fn read_together(one: &InputStream, other: &InputStream) {
    println!("subscribed: {}", one.subscribe().ready());
    println!("one: {}", text(one.read(4)));
    println!("other: {}", text(other.blocking_read(4)));
    println!("skipped: {:?}", one.skip(2).map_err(|error| why(&error)));
    println!("one: {}", text(one.read(100)));
    println!("other: {}", text(other.read(100)));
}

pub fn read_once(stream: &InputStream) {
    println!("read: {}", text(stream.blocking_read(100)));
}

/// Two streams of one output, in turn.
pub fn write_together(one: &OutputStream, other: &OutputStream) {
    println!("subscribed: {}", one.subscribe().ready());
    println!("may write: {:?}", one.check_write().map(|permit| permit >= 3).map_err(|error| why(&error)));
    // To write without a permit is a trap.
    if one.check_write().is_ok() {
        said("write", one.write(b"one"));
    }
    said("other", other.blocking_write_and_flush(b", other"));
    said("zeroes", one.blocking_write_zeroes_and_flush(2));
    said("flush", one.flush());
    said("blocking-flush", other.blocking_flush());
    // Nobody sees it if it fails.
    _ = writeln!(std::io::stderr(), ", std");
}

pub fn write_line(stream: &OutputStream, line: &str) {
    // Nobody sees it if it fails.
    _ = stream.blocking_write_and_flush(line.as_bytes());
}

fn said(call: &str, result: Result<(), StreamError>) {
    println!("{call}: {:?}", result.map_err(|error| why(&error)));
}

fn text(read: Result<Vec<u8>, StreamError>) -> String {
    match read {
        Ok(bytes) => format!("{:?}", String::from_utf8_lossy(&bytes)),
        Err(error) => why(&error),
    }
}

fn why(error: &StreamError) -> String {
    match error {
        StreamError::Closed => "closed".into(),
        StreamError::LastOperationFailed(error) => {
            let code = filesystem_error_code(error);
            format!("{} ({:?})", error.to_debug_string(), code.map(|code| code.name()))
        }
    }
}
