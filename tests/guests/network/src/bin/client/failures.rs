//! What goes wrong on the way, in the words of `wasi:http`; and what it says of errors that are not its own.

use crate::files::{create, fill};
use check::{Behaviour, Outcome, Saw, holds, same};
use wasip2::http::types::{ErrorCode, Method, http_error_code};
use wasip2::io::streams::StreamError;

use crate::request::{body, get, request_to, send, wait};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("nobody_listens", nobody_listens),
    ("body_that_ends_early", body_that_ends_early),
    ("error_of_a_file", error_of_a_file),
    ("body_that_is_not_wanted", body_that_is_not_wanted),
];

fn nobody_listens() -> Outcome {
    // Reserved: nobody ever listens there.
    let answer = wait(send(request_to("127.0.0.1:1", &Method::Get, "/", &[])?)?)?;
    match answer {
        Err(ErrorCode::ConnectionRefused) => Ok(()),
        other => Err(Saw(format!("{:?}", other.map(|answer| answer.status())))),
    }
}

fn body_that_ends_early() -> Outcome {
    let answer = get("/early")?;
    let (_body, stream) = body(&answer)?;
    loop {
        match stream.blocking_read(100) {
            Ok(_) => {}
            Err(StreamError::LastOperationFailed(error)) => {
                // wasmtime has no code for it; asked it must be all the same.
                drop(http_error_code(&error));
                return holds(!error.to_debug_string().is_empty(), "the error says something");
            }
            Err(StreamError::Closed) => return Err(Saw("the end of a body that is not whole".into())),
        }
    }
}

fn error_of_a_file() -> Outcome {
    let stream = create("far")?.write_via_stream((1 << 63) - 2)?;
    match stream.blocking_write_and_flush(b"farther than any file is long") {
        Err(StreamError::LastOperationFailed(error)) => {
            holds(http_error_code(&error).is_none(), "it is none of http's")
        }
        other => Err(Saw(format!("{other:?}"))),
    }
}

fn body_that_is_not_wanted() -> Outcome {
    let answer = get("/big")?;
    let (body, stream) = body(&answer)?;
    holds(!stream.blocking_read(10)?.is_empty(), "something came")?;
    drop(stream);
    drop(body);
    drop(answer);
    // The next request is not troubled by it.
    let answer = get("/teapot")?;
    fill(create("pot")?.write_via_stream(0)?, format!("{}", answer.status()).as_bytes())?;
    same(crate::files::contents("/pot")?, b"418")
}
