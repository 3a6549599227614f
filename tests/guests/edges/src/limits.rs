//! The quotas of `--max-bytes 256K`, `--max-nodes 50` and `--max-open 20`: what is full says so, nothing has changed then, and the
//! program goes on when it has made room.

use check::{Behaviour, Outcome, holds, same};
use wasip2::filesystem::types::{Descriptor, ErrorCode, OpenFlags};

use crate::tree::{FOLLOW, READ, WRITE, count, file, is_filled, open, root, scratch, write};

pub const BYTES: &[Behaviour] = &[
    ("bytes_are_full", bytes_are_full),
    ("bytes_of_an_open_file_without_a_name", bytes_of_an_open_file_without_a_name),
    ("bytes_come_back_by_cutting", bytes_come_back_by_cutting),
    ("a_full_stream_is_closed", a_full_stream_is_closed),
    ("what_a_splice_cannot_give_stays", what_a_splice_cannot_give_stays),
];

pub const NODES: &[Behaviour] = &[
    ("nodes_are_full", nodes_are_full),
    ("nodes_of_open_files_without_names", nodes_of_open_files_without_names),
    ("names_are_no_nodes", names_are_no_nodes),
];

pub const OPEN: &[Behaviour] =
    &[("open_files_are_full", open_files_are_full), ("streams_are_open_files", streams_are_open_files)];

const MAX_BYTES: u64 = 256 << 10;
const MAX_OPEN: usize = 20;
const PIECE: &[u8] = &[7; 1000];

/// Appends pieces until one is refused: the bytes that are there, and the answer.
fn fill(file: &Descriptor) -> Result<(u64, ErrorCode), ErrorCode> {
    let mut size = file.stat()?.size;
    loop {
        match write(file, PIECE, size) {
            Ok(()) => size += PIECE.len() as u64,
            Err(code) => return Ok((size, code)),
        }
    }
}

fn bytes_are_full() -> Outcome {
    let directory = scratch("bytes_are_full")?;
    write(&file(&directory, "first")?, b"first", 0)?;
    let big = file(&directory, "big")?;
    let (size, code) = fill(&big)?;
    same(code, ErrorCode::InsufficientSpace)?;
    same(size, (MAX_BYTES - 5) / 1000 * 1000)?;
    // Nothing of what was refused is there.
    same(big.stat()?.size, size)?;
    holds(is_filled(&big, size, 7)?, "all that was acknowledged is there")?;
    same(open(&directory, "first")?.read(10, 0)?.0, b"first".to_vec())?;
    // What needs no bytes works.
    write(&big, PIECE, 0)?;
    directory.rename_at("first", &directory, "second")?;
    directory.create_directory_at("folder")?;
    // Exactly full.
    let rest = (MAX_BYTES - 5 - size) as usize;
    write(&big, &PIECE[..rest], size)?;
    same(write(&big, b"x", size + rest as u64), Err(ErrorCode::InsufficientSpace))?;
    drop(big);
    directory.unlink_file_at("big")?;
    write(&file(&directory, "again")?, &[1; 1 << 17], 0)?;
    directory.unlink_file_at("again")?;
    directory.unlink_file_at("second")?;
    Ok(directory.remove_directory_at("folder")?)
}

fn bytes_of_an_open_file_without_a_name() -> Outcome {
    let directory = scratch("bytes_of_an_open_file_without_a_name")?;
    let unnamed = file(&directory, "unnamed")?;
    let (size, _) = fill(&unnamed)?;
    directory.unlink_file_at("unnamed")?;
    let other = file(&directory, "other")?;
    same(write(&other, PIECE, 0), Err(ErrorCode::InsufficientSpace))?;
    holds(is_filled(&unnamed, size, 7)?, "it is still whole")?;
    drop(unnamed);
    write(&other, PIECE, 0)?;
    same(fill(&other)?.0, size)?;
    drop(other);
    Ok(directory.unlink_file_at("other")?)
}

fn bytes_come_back_by_cutting() -> Outcome {
    let directory = scratch("bytes_come_back_by_cutting")?;
    let cut = file(&directory, "cut")?;
    let (size, _) = fill(&cut)?;
    cut.set_size(1)?;
    same(fill(&cut)?.0, (MAX_BYTES - 1) / 1000 * 1000 + 1)?;
    drop(directory.open_at(FOLLOW, "cut", OpenFlags::TRUNCATE, WRITE)?);
    same(fill(&cut)?.0, size)?;
    // A hole is not held anywhere.
    cut.set_size(0)?;
    cut.set_size(1 << 40)?;
    write(&cut, PIECE, 1 << 40)?;
    Ok(directory.unlink_file_at("cut")?)
}

fn a_full_stream_is_closed() -> Outcome {
    use wasip2::filesystem::types::filesystem_error_code;
    use wasip2::io::streams::StreamError;
    let directory = scratch("a_full_stream_is_closed")?;
    let streamed = file(&directory, "streamed")?;
    let stream = streamed.write_via_stream(0)?;
    let mut size = 0;
    let failure = loop {
        match stream.blocking_write_and_flush(PIECE) {
            Ok(()) => size += 1000,
            Err(failure) => break failure,
        }
    };
    let StreamError::LastOperationFailed(error) = failure else { return holds(false, "it says why") };
    same(filesystem_error_code(&error), Some(ErrorCode::InsufficientSpace))?;
    same(size, MAX_BYTES / 1000 * 1000)?;
    holds(matches!(stream.blocking_write_and_flush(b"x"), Err(StreamError::Closed)), "the stream is closed")?;
    holds(is_filled(&streamed, size, 7)?, "all that was acknowledged is there")?;
    drop((error, stream, streamed));
    Ok(directory.unlink_file_at("streamed")?)
}

fn what_a_splice_cannot_give_stays() -> Outcome {
    let directory = scratch("what_a_splice_cannot_give_stays")?;
    let (from, to) = (file(&directory, "from")?, file(&directory, "to")?);
    write(&from, &[9; 5000], 0)?;
    let (size, _) = fill(&to)?;
    let (source, stream) = (from.read_via_stream(0)?, to.append_via_stream()?);
    holds(stream.blocking_splice(&source, 5000).is_err(), "there is no room for it")?;
    same(to.stat()?.size, size)?;
    let Ok(bytes) = source.read(10_000) else { return holds(false, "the source can still be read") };
    same(bytes, vec![9; 5000])?;
    drop((source, stream, from, to));
    directory.unlink_file_at("from")?;
    Ok(directory.unlink_file_at("to")?)
}

/// Makes files until one is refused: how many there are, and the answer.
fn make(directory: &Descriptor) -> Result<(usize, ErrorCode), ErrorCode> {
    let mut made = count(directory)?;
    loop {
        match file(directory, &made.to_string()) {
            Ok(_) => made += 1,
            Err(code) => return Ok((made, code)),
        }
    }
}

fn nodes_are_full() -> Outcome {
    let directory = scratch("nodes_are_full")?;
    let (made, code) = make(&directory)?;
    same(code, ErrorCode::InsufficientSpace)?;
    same(directory.create_directory_at("directory"), Err(ErrorCode::InsufficientSpace))?;
    same(directory.symlink_at("0", "link"), Err(ErrorCode::InsufficientSpace))?;
    same(count(&directory)?, made)?;
    // What needs no node works.
    directory.rename_at("0", &directory, "zero")?;
    directory.rename_at("zero", &directory, "0")?;
    write(&file(&directory, "1")?, b"one", 0)?;
    // Each that goes makes room for one.
    directory.unlink_file_at("1")?;
    directory.create_directory_at("1")?;
    same(directory.symlink_at("0", "link"), Err(ErrorCode::InsufficientSpace))?;
    directory.remove_directory_at("1")?;
    directory.symlink_at("0", "1")?;
    // One file over another frees that one.
    directory.rename_at("2", &directory, "3")?;
    drop(file(&directory, "2")?);
    same(count(&directory)?, made)?;
    for name in 0..made {
        directory.unlink_file_at(&name.to_string())?;
    }
    same(make(&directory)?.0, made)?;
    for name in 0..made {
        directory.unlink_file_at(&name.to_string())?;
    }
    Ok(())
}

fn nodes_of_open_files_without_names() -> Outcome {
    let directory = scratch("nodes_of_open_files_without_names")?;
    let open = file(&directory, "0")?;
    let (made, _) = make(&directory)?;
    directory.unlink_file_at("0")?;
    same(file(&directory, "0").map(drop), Err(ErrorCode::InsufficientSpace))?;
    drop(open);
    drop(file(&directory, "0")?);
    for name in 0..made {
        directory.unlink_file_at(&name.to_string())?;
    }
    Ok(())
}

fn names_are_no_nodes() -> Outcome {
    let directory = scratch("names_are_no_nodes")?;
    let (made, _) = make(&directory)?;
    for name in 0..100 {
        directory.link_at(FOLLOW, "0", &directory, &format!("name-{name}"))?;
    }
    same(directory.stat_at(FOLLOW, "0")?.link_count, 101)?;
    for name in 0..100 {
        directory.unlink_file_at(&format!("name-{name}"))?;
    }
    for name in 0..made {
        directory.unlink_file_at(&name.to_string())?;
    }
    Ok(())
}

fn open_files_are_full() -> Outcome {
    let root = root();
    drop(file(&root, "w/open")?);
    let mut all = Vec::new();
    let code = loop {
        match open(&root, "w/open") {
            Ok(file) => all.push(file),
            Err(code) => break code,
        }
    };
    same(code, ErrorCode::InsufficientMemory)?;
    // The standard library has the preopened directory, and so has this.
    holds(all.len() + 2 >= MAX_OPEN && all.len() < MAX_OPEN, format!("{} are open", all.len()))?;
    same(file(&root, "w/new").map(drop), Err(ErrorCode::InsufficientMemory))?;
    same(root.stat_at(FOLLOW, "w/new").map(drop), Err(ErrorCode::NoEntry))?;
    let cut = root.open_at(FOLLOW, "w/open", OpenFlags::TRUNCATE, WRITE);
    same(cut.map(drop), Err(ErrorCode::InsufficientMemory))?;
    same(wasip2::filesystem::preopens::get_directories().len(), 0)?;
    // What opens nothing works.
    root.create_directory_at("w/folder")?;
    root.rename_at("w/folder", &root, "w/other")?;
    all.pop();
    drop(file(&root, "w/new")?);
    all.clear();
    Ok(root.unlink_file_at("w/new")?)
}

fn streams_are_open_files() -> Outcome {
    let root = root();
    let file = file(&root, "w/streams")?;
    let mut all = Vec::new();
    while let Ok(another) = root.open_at(FOLLOW, "w/streams", OpenFlags::empty(), READ) {
        all.push(another);
    }
    same(file.read_via_stream(0).map(drop), Err(ErrorCode::InsufficientMemory))?;
    same(file.write_via_stream(0).map(drop), Err(ErrorCode::InsufficientMemory))?;
    same(file.append_via_stream().map(drop), Err(ErrorCode::InsufficientMemory))?;
    same(root.read_directory().map(drop), Err(ErrorCode::InsufficientMemory))?;
    all.pop();
    let stream = file.read_via_stream(0)?;
    same(root.read_directory().map(drop), Err(ErrorCode::InsufficientMemory))?;
    drop(stream);
    drop(root.read_directory()?);
    Ok(())
}
