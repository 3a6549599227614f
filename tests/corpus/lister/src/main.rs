//! Runs the program that `wac plug` joined it with, then lists the tree that it left.

mod list;

use std::path::Path;
use std::process::ExitCode;

// All that is wanted of `wasi:cli`: the version is the lowest, which every program's own fits.
wit_bindgen::generate!({
    generate_all,
    inline: "
        package corpus:lister;
        world after { import wasi:cli/run@0.2.0; }
        package wasi:cli@0.2.0 { interface run { run: func() -> result; } }
    ",
});

fn main() -> ExitCode {
    let ended = wasi::cli::run::run();
    match list::list(Path::new("/")) {
        Ok(lines) => {
            print!("--- left by a program that {}\n{lines}", if ended.is_ok() { "succeeded" } else { "failed" });
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("lister: {error}");
            ExitCode::FAILURE
        }
    }
}
