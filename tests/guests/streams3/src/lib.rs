//! Stdin to a file, and that file to stdout: the host's streams are the file's own, with nothing of the app between them.

use wasip3::cli::{stdin, stdout};
use wasip3::filesystem::preopens::get_directories;
use wasip3::filesystem::types::{DescriptorFlags, ErrorCode, OpenFlags, PathFlags};

struct Streams;

impl wasip3::exports::cli::run::Guest for Streams {
    async fn run() -> Result<(), ()> {
        through_a_file().await.map_err(|error| eprintln!("{error:?}"))
    }
}

async fn through_a_file() -> Result<(), ErrorCode> {
    let (root, _) = get_directories().swap_remove(0);
    let (how, flags) = (OpenFlags::CREATE | OpenFlags::TRUNCATE, DescriptorFlags::READ | DescriptorFlags::WRITE);
    let file = root.open_at(PathFlags::empty(), "through".to_owned(), how, flags).await?;
    let (input, received) = stdin::read_via_stream();
    file.write_via_stream(input, 0).await?;
    received.await.map_err(|_| ErrorCode::Io)?;
    let (contents, read) = file.read_via_stream(0);
    stdout::write_via_stream(contents).await.map_err(|_| ErrorCode::Io)?;
    read.await
}

wasip3::cli::command::export!(Streams);
