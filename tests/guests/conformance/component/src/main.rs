//! The cases over WASI 0.2: `wasi:filesystem`, `wasi:io` and `wasi:cli`. A folder is a setting, a file what its cases are about.

mod preopens;
mod read_only;
mod stdio;
mod terminal;
mod tools;
mod usual;

use suite::Saw;
use wasip2::filesystem::types::{Descriptor, ErrorCode};

use tools::{FOLLOW, MUTATE, OpenFlags, READ, root};

/// A case's own directory: new, empty, and the only one of its name.
fn fresh(name: &str) -> Result<Descriptor, Saw> {
    let made = || {
        let root = root();
        let path = format!("w/{name}");
        root.create_directory_at(&path)?;
        root.open_at(FOLLOW, &path, OpenFlags::DIRECTORY, READ | MUTATE)
    };
    made().map_err(|error: ErrorCode| Saw(format!("{} where the case's directory was to be made", error.name())))
}

fn main() -> std::process::ExitCode {
    suite::run()
}
