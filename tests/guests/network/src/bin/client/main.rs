//! An http client with files at its end: bodies go from streams of the host to streams of files and back.
//!
//! `ORIGIN` is the authority of the server that the tests run; what it answers is written there.

mod answers;
mod failures;
#[path = "../../files.rs"]
mod files;
mod poll;
mod request;
mod uploads;

fn main() -> std::process::ExitCode {
    check::run(&[
        ("answers", answers::BEHAVIOURS),
        ("uploads", uploads::BEHAVIOURS),
        ("failures", failures::BEHAVIOURS),
        ("poll", poll::BEHAVIOURS),
    ])
}
