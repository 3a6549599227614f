//! Answers, bodies, files and clocks in one list.

use crate::files::{drain, open, sorted};
use check::{Behaviour, Outcome, holds, same};
use wasip2::clocks::monotonic_clock::subscribe_duration;
use wasip2::http::types::Method;
use wasip2::io::poll::poll;

use crate::request::{body, failed, get, request, send};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("answer_file_and_one_that_never_comes", answer_file_and_one_that_never_comes),
    ("answer_after_a_while", answer_after_a_while),
    ("body_file_and_clock", body_file_and_clock),
];

const HOUR: u64 = 3_600_000_000_000;

fn answer_file_and_one_that_never_comes() -> Outcome {
    let never = send(request(&Method::Get, "/never", &[])?)?;
    let soon = send(request(&Method::Get, "/teapot", &[])?)?;
    let file = open("hello.txt")?.read_via_stream(0)?;
    let all = [never.subscribe(), soon.subscribe(), file.subscribe()];
    all[1].block();
    all[2].block();
    same(sorted(poll(&[&all[0], &all[1], &all[2]])), [1, 2])?;
    same(sorted(poll(&[&all[2], &all[0], &all[1]])), [0, 2])?;
    holds(never.get().is_none(), "it has not come")
}

fn answer_after_a_while() -> Outcome {
    let later = send(request(&Method::Get, "/later", &[])?)?;
    let file = open("hello.txt")?.read_via_stream(0)?;
    let (coming, own) = (later.subscribe(), file.subscribe());
    own.block();
    // Nothing waits where something is ready.
    holds(poll(&[&coming, &own]).contains(&1), "the file is ready")?;
    same(poll(&[&subscribe_duration(HOUR), &coming]), [1])?;
    let answer = later.get().expect("it is ready").expect("it is there").map_err(failed)?;
    same(answer.status(), 200)
}

fn body_file_and_clock() -> Outcome {
    let answer = get("/slow")?;
    let (_body, mut stream) = body(&answer)?;
    let file = open("hello.txt")?.read_via_stream(0)?;
    let (input, own, hour) = (stream.subscribe(), file.subscribe(), subscribe_duration(HOUR));
    input.block();
    own.block();
    same(sorted(poll(&[&hour, &own, &input])), [1, 2])?;
    drop((input, own));
    same(drain(&mut stream)?, b"first second ")
}
