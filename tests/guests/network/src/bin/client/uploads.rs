//! Bodies that go, from files.

use crate::files::{contents, drain, fill, open, splice, splice_all};
use check::{Behaviour, Outcome, holds, same};
use wasip2::http::types::{Method, OutgoingBody};

use crate::request::{body, failed, fields, request, send, upload, wait};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("file_by_splice", file_by_splice),
    ("file_by_writes", file_by_writes),
    ("part_of_a_file", part_of_a_file),
    ("file_with_trailers", file_with_trailers),
    ("file_there_and_back", file_there_and_back),
    ("from_one_answer_to_the_next_request", from_one_answer_to_the_next_request),
];

/// The answer of `/length` to what `give` puts into the body.
fn length(give: impl FnOnce(&mut wasip2::io::streams::OutputStream) -> Outcome) -> Result<String, check::Saw> {
    let request = request(&Method::Post, "/length", &[])?;
    let (outgoing, mut stream) = upload(&request)?;
    let future = send(request)?;
    give(&mut stream)?;
    drop(stream);
    OutgoingBody::finish(outgoing, None).map_err(failed)?;
    let answer = wait(future)?.map_err(failed)?;
    let (_body, stream) = body(&answer)?;
    Ok(String::from_utf8_lossy(&drain(stream)?).into_owned())
}

fn file_by_splice() -> Outcome {
    let answer = length(|stream| same(splice_all(stream, &open("big.bin")?.read_via_stream(0)?)?, 300_007))?;
    same(answer, "300007 bytes, no note")
}

fn file_by_writes() -> Outcome {
    same(length(|stream| Ok(fill(stream, &contents("/hello.txt")?)?))?, "13 bytes, no note")
}

fn part_of_a_file() -> Outcome {
    let answer = length(|stream| same(splice(stream, &open("big.bin")?.read_via_stream(300_000)?, 100)?, 7))?;
    same(answer, "7 bytes, no note")
}

fn file_with_trailers() -> Outcome {
    let request = request(&Method::Post, "/length", &[("trailer", "x-note")])?;
    let (outgoing, stream) = upload(&request)?;
    let future = send(request)?;
    splice_all(&stream, &open("hello.txt")?.read_via_stream(0)?)?;
    drop(stream);
    OutgoingBody::finish(outgoing, Some(fields(&[("x-note", "all of it")])?)).map_err(failed)?;
    let answer = wait(future)?.map_err(failed)?;
    let (_body, stream) = body(&answer)?;
    same(drain(stream)?, b"13 bytes, note all of it")
}

fn file_there_and_back() -> Outcome {
    let request = request(&Method::Put, "/echo", &[])?;
    let (outgoing, stream) = upload(&request)?;
    let future = send(request)?;
    splice_all(&stream, &open("hello.txt")?.read_via_stream(0)?)?;
    drop(stream);
    OutgoingBody::finish(outgoing, None).map_err(failed)?;
    let answer = wait(future)?.map_err(failed)?;
    let (_body, stream) = body(&answer)?;
    holds(drain(stream)? == contents("/hello.txt")?, "what came back is the file")
}

/// No file at all between two streams of the host.
fn from_one_answer_to_the_next_request() -> Outcome {
    let answer = crate::request::get("/big")?;
    let (_body, from) = body(&answer)?;
    same(length(|stream| same(splice_all(stream, &from)?, 300_007))?, "300007 bytes, no note")
}
