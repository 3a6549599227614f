//! The calls of WASI 0.2 themselves, with those that no standard library makes. One file for each kind of thing.

mod cli;
mod clocks;
mod descriptors;
mod directory_streams;
mod identity;
mod input_streams;
mod output_streams;
mod paths;
mod poll;
mod rights;
mod slashes;
mod splice;
mod tree;

fn main() -> std::process::ExitCode {
    check::run(&[
        ("input-streams", input_streams::BEHAVIOURS),
        ("output-streams", output_streams::BEHAVIOURS),
        ("splice", splice::BEHAVIOURS),
        ("poll", poll::BEHAVIOURS),
        ("descriptors", descriptors::BEHAVIOURS),
        ("paths", paths::BEHAVIOURS),
        ("slashes", slashes::BEHAVIOURS),
        ("rights", rights::BEHAVIOURS),
        ("read-only", rights::READ_ONLY),
        ("growing", input_streams::GROWING),
        ("stdin-skip", input_streams::SKIP),
        ("directory-streams", directory_streams::BEHAVIOURS),
        ("identity", identity::BEHAVIOURS),
        ("clocks", clocks::BEHAVIOURS),
        ("cli", cli::BEHAVIOURS),
    ])
}
