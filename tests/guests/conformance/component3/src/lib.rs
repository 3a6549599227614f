//! The cases over WASI 0.3: `wasi:filesystem` and `wasi:cli`. A folder is a setting, a file what its cases are about.
//!
//! It is an app of 0.2, too: what Rust's standard library does goes there.

mod call;
mod preopens;
mod read_only;
mod stdio;
mod stream;
mod terminal;
mod tools;
mod usual;

use std::process::ExitCode;

use suite::Saw;

use tools::{Descriptor, E, FOLLOW, MUTATE, OpenFlags, READ, root};

wasip3::cli::command::export!(Program);

struct Program;

impl wasip3::exports::cli::run::Guest for Program {
    async fn run() -> Result<(), ()> {
        if suite::run_waiting().await == ExitCode::SUCCESS { Ok(()) } else { Err(()) }
    }
}

/// A case's own directory: new, empty, and the only one of its name.
async fn fresh(name: &str) -> Result<Descriptor, Saw> {
    let made = async || {
        let root = root();
        let path = format!("w/{name}");
        root.create_directory_at(&path).await?;
        root.open_at(FOLLOW, &path, OpenFlags::DIRECTORY, READ | MUTATE).await
    };
    made().await.map_err(|error: E| Saw(format!("{} where the case's directory was to be made", tools::name(&error))))
}
