//! Bodies that come, to files.

use crate::files::{contents, create, drain, fill, splice, splice_all};
use check::{Behaviour, Outcome, holds, same};

use crate::request::{body, get, trailers};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("status_and_headers", status_and_headers),
    ("body_to_a_file", body_to_a_file),
    ("body_to_a_file_by_splice", body_to_a_file_by_splice),
    ("body_in_parts_to_two_files", body_in_parts_to_two_files),
    ("body_that_is_empty", body_that_is_empty),
    ("body_that_comes_slowly", body_that_comes_slowly),
    ("trailers_after_the_body", trailers_after_the_body),
    ("no_trailers", no_trailers),
];

/// Bytes of `/big`.
const BIG: u64 = 300_007;

fn status_and_headers() -> Outcome {
    let answer = get("/teapot")?;
    same(answer.status(), 418)?;
    same(answer.headers().get("x-pot"), [b"tea"])
}

fn body_to_a_file() -> Outcome {
    let answer = get("/big")?;
    let (_body, mut stream) = body(&answer)?;
    fill(create("by_reads")?.write_via_stream(0)?, &drain(&mut stream)?)?;
    holds(contents("/by_reads")? == contents("/big.bin")?, "the file is what was sent")
}

fn body_to_a_file_by_splice() -> Outcome {
    let answer = get("/big")?;
    let (_body, stream) = body(&answer)?;
    same(splice_all(&create("by_splice")?.write_via_stream(0)?, &stream)?, BIG)?;
    holds(contents("/by_splice")? == contents("/big.bin")?, "the file is what was sent")
}

fn body_in_parts_to_two_files() -> Outcome {
    let answer = get("/big")?;
    let (_body, stream) = body(&answer)?;
    same(splice(&create("first")?.write_via_stream(0)?, &stream, 100_000)?, 100_000)?;
    same(splice_all(&create("second")?.write_via_stream(0)?, &stream)?, BIG - 100_000)?;
    let both = [contents("/first")?, contents("/second")?].concat();
    holds(both == contents("/big.bin")?, "the files are what was sent")
}

fn body_that_is_empty() -> Outcome {
    let answer = get("/empty")?;
    let (_body, stream) = body(&answer)?;
    same(splice_all(&create("empty")?.write_via_stream(0)?, &stream)?, 0)
}

fn body_that_comes_slowly() -> Outcome {
    let answer = get("/slow")?;
    let (_body, stream) = body(&answer)?;
    splice_all(&create("slow")?.write_via_stream(0)?, &stream)?;
    same(contents("/slow")?, b"first second ")
}

fn trailers_after_the_body() -> Outcome {
    let answer = get("/big")?;
    let (body, stream) = body(&answer)?;
    splice_all(&create("before_trailers")?.write_via_stream(0)?, &stream)?;
    drop(stream);
    same(trailers(body)?, [("x-size".to_owned(), "300007".to_owned())])
}

fn no_trailers() -> Outcome {
    let answer = get("/empty")?;
    let (body, stream) = body(&answer)?;
    drain(stream)?;
    same(trailers(body)?.len(), 0)
}
