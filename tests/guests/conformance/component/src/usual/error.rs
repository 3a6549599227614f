//! The errors of streams.

use crate::tools::*;

/// An error of a stream: the file was opened for reading only.
fn error(dir: &Descriptor) -> Result<wasip2::io::error::Error, Saw> {
    // A file can be cut while a stream writes to it, but not made to fail; a directory can be written on no host.
    let stream = file(dir, "f", "x")?.write_via_stream(u64::MAX - 1)?;
    for _ in 0..10 {
        match stream.blocking_write_and_flush(b"beyond every file") {
            Err(StreamError::LastOperationFailed(error)) => return Ok(error),
            Err(StreamError::Closed) => return Err(Saw("`closed`, and no error before".into())),
            Ok(()) => {}
        }
    }
    Err(Saw("no error from a stream beyond every file".into()))
}

#[case]
fn to_debug_string_says_something(dir: &Descriptor) -> Outcome {
    holds(!error(dir)?.to_debug_string().is_empty(), "there is text")
}

#[case]
fn filesystem_error_code_of_a_files_stream(dir: &Descriptor) -> Outcome {
    match filesystem_error_code(&error(dir)?) {
        Some(code) => fails_with(Err::<(), _>(code), &[E::FileTooLarge, E::Invalid]),
        None => Err(Saw("none for an error of a file".into())),
    }
}

#[case]
fn filesystem_error_code_can_be_asked_twice(dir: &Descriptor) -> Outcome {
    let error = error(dir)?;
    same(filesystem_error_code(&error), filesystem_error_code(&error))
}
