//! What was made by something that is gone.

use check::{Behaviour, Outcome, Saw, same};
use wasip2::filesystem::types::ErrorCode;
use wasip2::io::streams::StreamError;

use crate::tree::{count, file, scratch, write};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("streams_of_a_closed_file", streams_of_a_closed_file),
    ("streams_of_an_unlinked_file", streams_of_an_unlinked_file),
    ("entries_of_a_closed_directory", entries_of_a_closed_directory),
    ("a_removed_directory", a_removed_directory),
];

fn failed(error: StreamError) -> Saw {
    Saw(format!("{error:?}"))
}

fn streams_of_a_closed_file() -> Outcome {
    let directory = scratch("streams_of_a_closed_file")?;
    let closed = file(&directory, "file")?;
    write(&closed, b"bytes", 0)?;
    let (input, output) = (closed.read_via_stream(0)?, closed.append_via_stream()?);
    drop(closed);
    output.blocking_write_and_flush(b" and more").map_err(failed)?;
    let ready = input.subscribe();
    ready.block();
    same(input.blocking_read(100).map_err(failed)?, b"bytes and more".to_vec())
}

fn streams_of_an_unlinked_file() -> Outcome {
    let directory = scratch("streams_of_an_unlinked_file")?;
    let unlinked = file(&directory, "file")?;
    let (input, output) = (unlinked.read_via_stream(0)?, unlinked.write_via_stream(0)?);
    directory.unlink_file_at("file")?;
    drop((unlinked, directory));
    output.blocking_write_and_flush(b"nobody sees it").map_err(failed)?;
    same(input.blocking_read(100).map_err(failed)?, b"nobody sees it".to_vec())
}

fn entries_of_a_closed_directory() -> Outcome {
    let directory = scratch("entries_of_a_closed_directory")?;
    for name in ["a", "b", "c"] {
        drop(file(&directory, name)?);
    }
    let entries = directory.read_directory()?;
    drop(directory);
    let mut names = Vec::new();
    while let Some(entry) = entries.read_directory_entry()? {
        names.push(entry.name);
    }
    same(names.len(), 3)
}

fn a_removed_directory() -> Outcome {
    let directory = scratch("a_removed_directory")?;
    crate::tree::root().remove_directory_at("w/a_removed_directory")?;
    let answer = Err(ErrorCode::NoEntry);
    same(file(&directory, "file").map(drop), answer)?;
    same(directory.create_directory_at("directory"), answer)?;
    same(directory.symlink_at("target", "link"), answer)?;
    same(count(&directory)?, 0)?;
    same(directory.stat()?.link_count, 0)
}
