//! Streams of files where they are hard on who feeds them. The first argument says what is done; without one, stdin goes to a file and
//! that file to stdout. The second one says how the program exits, if it is not to return.

mod absolute;
mod cancelled;
mod first;
mod full;
mod large;
mod left_open;
mod through;

use wasip3::cli::environment::get_arguments;
use wasip3::cli::exit::{exit, exit_with_code};
use wasip3::filesystem::types::{Descriptor, DescriptorFlags, ErrorCode, OpenFlags, PathFlags};

struct Streams;

impl wasip3::exports::cli::run::Guest for Streams {
    async fn run() -> Result<(), ()> {
        let done = match get_arguments().get(1).map(String::as_str) {
            Some("absolute") => absolute::links().await,
            Some("first") => first::listing().await,
            Some("full") => full::of_bytes().await,
            Some("cancelled") => cancelled::calls_reads_and_writes().await,
            Some("large") => large::file().await,
            Some("left-open") => left_open::streams().await,
            _ => through::a_file().await,
        };
        match get_arguments().get(2).map(String::as_str) {
            Some("exit") => exit(Ok(())),
            Some("exit-with-code") => exit_with_code(42),
            _ => {}
        }
        done.map_err(|error| eprintln!("{error:?}"))
    }
}

/// A file of the directory that is made or emptied, to be read and written.
async fn new_file(root: &Descriptor, name: &str) -> Result<Descriptor, ErrorCode> {
    let flags = DescriptorFlags::READ | DescriptorFlags::WRITE;
    root.open_at(PathFlags::empty(), name.to_owned(), OpenFlags::CREATE | OpenFlags::TRUNCATE, flags).await
}

wasip3::cli::command::export!(Streams);
