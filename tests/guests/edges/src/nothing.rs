//! Nothing: no bytes, no name, no text.

use check::{Behaviour, Outcome, Saw, holds, same};
use wasip2::filesystem::types::{ErrorCode, OpenFlags, PathFlags};
use wasip2::io::streams::StreamError;

use crate::tree::{FOLLOW, READ, count, file, open, scratch, write};

pub const BEHAVIOURS: &[Behaviour] =
    &[("no_bytes", no_bytes), ("no_bytes_of_streams", no_bytes_of_streams), ("no_name", no_name)];

fn no_bytes() -> Outcome {
    let directory = scratch("no_bytes")?;
    let file = file(&directory, "file")?;
    write(&file, b"bytes", 0)?;
    same(file.read(0, 0)?.0, Vec::new())?;
    same(file.read(0, 5)?.0, Vec::new())?;
    for at in [0, 5, 100] {
        same(file.write(&[], at)?, 0)?;
    }
    same(file.stat()?.size, 5)?;
    file.set_size(0)?;
    file.set_size(0)?;
    same(file.read(1, 0)?, (Vec::new(), true))
}

fn no_bytes_of_streams() -> Outcome {
    let directory = scratch("no_bytes_of_streams")?;
    let file = file(&directory, "file")?;
    write(&file, b"bytes", 0)?;
    let failed = |error: StreamError| Saw(format!("{error:?}"));
    let (stream, into) = (file.read_via_stream(0)?, file.write_via_stream(0)?);
    same(stream.read(0).map_err(failed)?, Vec::new())?;
    same(stream.skip(0).map_err(failed)?, 0)?;
    same(stream.blocking_skip(0).map_err(failed)?, 0)?;
    into.check_write().map_err(failed)?;
    into.write(&[]).map_err(failed)?;
    into.blocking_write_and_flush(&[]).map_err(failed)?;
    into.blocking_write_zeroes_and_flush(0).map_err(failed)?;
    into.check_write().map_err(failed)?;
    into.write_zeroes(0).map_err(failed)?;
    same(into.splice(&stream, 0).map_err(failed)?, 0)?;
    same(into.blocking_splice(&stream, 0).map_err(failed)?, 0)?;
    // Nothing was taken.
    same(stream.blocking_read(10).map_err(failed)?, b"bytes".to_vec())?;
    holds(matches!(stream.blocking_read(10), Err(StreamError::Closed)), "the end is the end")?;
    same(file.stat()?.size, 5)
}

fn no_name() -> Outcome {
    let directory = scratch("no_name")?;
    drop(file(&directory, "file")?);
    let answer = Err(ErrorCode::NoEntry);
    same(file(&directory, "").map(drop), answer)?;
    same(open(&directory, "").map(drop), answer)?;
    same(directory.open_at(PathFlags::empty(), "", OpenFlags::DIRECTORY, READ).map(drop), answer)?;
    same(directory.create_directory_at(""), answer)?;
    same(directory.remove_directory_at(""), answer)?;
    same(directory.unlink_file_at(""), answer)?;
    same(directory.rename_at("", &directory, "new"), answer)?;
    same(directory.rename_at("file", &directory, ""), answer)?;
    same(directory.link_at(FOLLOW, "", &directory, "new"), answer)?;
    same(directory.link_at(FOLLOW, "file", &directory, ""), answer)?;
    same(directory.symlink_at("file", ""), answer)?;
    same(directory.symlink_at("", "new"), answer)?;
    same(directory.stat_at(FOLLOW, "").map(drop), answer)?;
    same(directory.readlink_at("").map(drop), answer)?;
    same(directory.metadata_hash_at(FOLLOW, "").map(drop), answer)?;
    same(count(&directory)?, 1)
}
