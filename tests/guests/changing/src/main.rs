//! What a program sees of a copy-on-write directory while others change it. One directory of the host is mounted twice:
//! `/w` is copy-on-write, for the app; by `/host`, which can be changed, the program does what others do.
//!
//! `tests/mounts/changing.rs` runs each behaviour in a program of its own, over an empty directory.

mod both;
mod directories;
mod files;
mod identity;
mod many;
mod quotas;

fn main() -> std::process::ExitCode {
    check::run(&[
        ("files", files::BEHAVIOURS),
        ("directories", directories::BEHAVIOURS),
        ("identity", identity::BEHAVIOURS),
        ("many", many::BEHAVIOURS),
        ("bytes", quotas::BYTES),
        ("nodes", quotas::NODES),
        ("no-nodes", quotas::NO_NODES),
    ])
}
