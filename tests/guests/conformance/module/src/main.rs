//! The cases over `wasi_snapshot_preview1`, all of it but sockets. A folder is a setting, a file what its cases are about.

mod preopens;
mod read_only;
mod stdio;
mod tools;
mod usual;

use suite::Saw;

use tools::{File, directory, root};

/// A case's own directory: new, empty, and the only one of its name.
fn fresh(name: &str) -> Result<File, Saw> {
    directory(&root(), &format!("w/{name}"))
        .map_err(|error| Saw(format!("{} where the case's directory was to be made", error.name())))
}

fn main() -> std::process::ExitCode {
    suite::run()
}
