//! A host that fails or lies about what has `lie` in its path (`tests/mounts/lying_host.rs`). `/m` has:
//!
//! ```text
//! truth                   "the truth", which nobody lies about
//! lie                     100,000 bytes, see `byte`
//! lies/a to lies/e        "x" each, and lies/sub/file
//! lie-near, lie-far       -> lies/b, ../outside
//! ```
//!
//! `/etc/config` is of the image, `/other/file` of another directory of the host, which is as it says. `ACCESS` says
//! what may be done in `/m`. Whatever the host does, the program gets an error or something that can be, and all else
//! stays as it is.

use std::collections::BTreeSet;

use check::{Behaviour, Outcome, Saw, holds, same};
use wasip2::filesystem::types::{
    Advice, Descriptor, DescriptorType, ErrorCode, NewTimestamp, OpenFlags, filesystem_error_code,
};
use wasip2::io::streams::StreamError;

use crate::tools::{FOLLOW, MUTATE, NO_FOLLOW, READ, WRITE, directory, done, names, open, refused, root, text, write};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("a_listing_goes_on_after_an_error", a_listing_goes_on_after_an_error),
    ("a_listing_that_always_fails", a_listing_that_always_fails),
    ("no_name_that_cannot_be_is_listed", no_name_that_cannot_be_is_listed),
    ("a_read_that_fails", a_read_that_fails),
    ("reads_that_give_less", reads_that_give_less),
    ("reads_that_give_nothing", reads_that_give_nothing),
    ("reads_that_give_more", reads_that_give_more),
    ("a_write_that_fails_in_the_middle", a_write_that_fails_in_the_middle),
    ("a_write_that_takes_nothing_or_more", a_write_that_takes_nothing_or_more),
    ("an_append_that_fails_in_the_middle", an_append_that_fails_in_the_middle),
    ("sizes_that_are_not_true", sizes_that_are_not_true),
    ("a_directory_that_goes", a_directory_that_goes),
    ("all_that_goes", all_that_goes),
    ("anything", anything),
];

const LENGTH: u64 = 100_000;
const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "sub"];

/// What `lie` has at an offset.
fn byte(offset: u64) -> u8 {
    (offset % 251) as u8
}

fn is_in(access: &str) -> bool {
    std::env::var("ACCESS").is_ok_and(|is| is == access)
}

/// Whether a change is refused. It must be, where it has to.
fn is_refused<T>(result: &Result<T, ErrorCode>) -> Result<bool, Saw> {
    if !is_in("ro") {
        return Ok(false);
    }
    holds(matches!(result, Err(ErrorCode::ReadOnly)), "a read-only directory cannot be changed")?;
    Ok(true)
}

/// All that nobody lies about is there, and can be changed where that is allowed.
fn nothing_else_is_lost() -> Outcome {
    let root = root();
    same(done(text(&root, "etc/config"))?.as_str(), "of the image")?;
    same(done(text(&root, "other/file"))?.as_str(), "of the other")?;
    done(write(&root, "etc/new", "new"))?;
    same(done(text(&root, "etc/new"))?.as_str(), "new")?;
    done(root.unlink_file_at("etc/new"))?;
    same(done(text(&root, "m/truth"))?.as_str(), "the truth")?;
    same(done(root.stat_at(FOLLOW, "m/truth"))?.size, 9)?;
    let made = write(&root, "m/new", "new");
    if is_refused(&made)? {
        return Ok(());
    }
    done(made)?;
    same(done(text(&root, "m/new"))?.as_str(), "new")?;
    done(root.unlink_file_at("m/new"))?;
    refused(open("m/new"), ErrorCode::NoEntry)
}

/// What a pass over a directory gives: names, and the errors in their places.
fn pass(path: &str, most: usize) -> Result<(Vec<String>, Vec<ErrorCode>), Saw> {
    let stream = done(done(directory(path))?.read_directory())?;
    let (mut names, mut errors) = (Vec::new(), Vec::new());
    for _ in 0..most {
        match stream.read_directory_entry() {
            Ok(Some(entry)) => names.push(entry.name),
            Ok(None) => return Ok((names, errors)),
            Err(code) => errors.push(code),
        }
    }
    Ok((names, errors))
}

fn a_listing_goes_on_after_an_error() -> Outcome {
    let (mut names, errors) = pass("m/lies", 100)?;
    names.sort();
    same(names, NAMES)?;
    same(errors, [ErrorCode::Io])?;
    nothing_else_is_lost()
}

fn a_listing_that_always_fails() -> Outcome {
    let root = root();
    let (names, errors) = pass("m/lies", 10)?;
    same((names.len(), errors.len()), (2, 8))?;
    holds(errors.iter().all(|code| *code == ErrorCode::Io), "they say why")?;
    // Whether it is empty, nobody knows.
    holds(root.remove_directory_at("m/lies").is_err(), "it is not removed")?;
    if !is_in("ro") {
        done(root.create_directory_at("m/made"))?;
        holds(root.rename_at("m/made", &root, "m/lies").is_err(), "it is not replaced")?;
        done(root.remove_directory_at("m/made"))?;
    }
    same(done(text(&root, "m/lies/a"))?.as_str(), "x")?;
    nothing_else_is_lost()
}

/// Its third entry has such a name.
fn no_name_that_cannot_be_is_listed() -> Outcome {
    let (names, errors) = pass("m/lies", 20)?;
    holds(names.len() >= 2 && !errors.is_empty(), format!("{names:?}, {errors:?}"))?;
    holds(names.iter().all(|name| NAMES.contains(&name.as_str())), format!("{names:?}"))?;
    same(names.iter().collect::<BTreeSet<_>>().len(), names.len())?;
    holds(root().remove_directory_at("m/lies").is_err(), "it is not removed")?;
    nothing_else_is_lost()
}

/// What is true of the bytes of `lie`, as far as it was read.
fn is_true(bytes: &[u8], offset: u64) -> Outcome {
    let wrong = (offset..).zip(bytes).find(|(offset, read)| **read != byte(*offset));
    holds(wrong.is_none(), format!("{wrong:?} of {} bytes at {offset}", bytes.len()))
}

/// From 70,000 on.
fn a_read_that_fails() -> Outcome {
    let file = done(open("m/lie"))?;
    is_true(&done(file.read(60_000, 0))?.0, 0)?;
    refused(file.read(60_000, 40_000), ErrorCode::Io)?;
    let stream = done(file.read_via_stream(0))?;
    let mut read = 0;
    let error = loop {
        match stream.blocking_read(10_000) {
            Ok(bytes) => {
                is_true(&bytes, read)?;
                read += bytes.len() as u64;
            }
            Err(StreamError::LastOperationFailed(error)) => break error,
            Err(StreamError::Closed) => holds(false, "the end comes first")?,
        }
    };
    same((read, filesystem_error_code(&error)), (70_000, Some(ErrorCode::Io)))?;
    let opened = root().open_at(FOLLOW, "m/lie", OpenFlags::empty(), READ | WRITE);
    if is_refused(&opened)? {
        return nothing_else_is_lost();
    }
    // In a copy, this needs what cannot be read.
    let written = done(opened)?.write(b"!", 80_000);
    if is_in("cow") {
        refused(written, ErrorCode::Io)?;
        same(done(file.stat())?.size, LENGTH)?;
    } else {
        same(done(written)?, 1)?;
    }
    is_true(&done(file.read(60_000, 0))?.0, 0)?;
    nothing_else_is_lost()
}

fn reads_that_give_less() -> Outcome {
    let mut all = Vec::new();
    let file = done(open("m/lie"))?;
    loop {
        let (bytes, is_end) = done(file.read(30_000, all.len() as u64))?;
        all.extend_from_slice(&bytes);
        if is_end || bytes.is_empty() {
            break;
        }
    }
    same(all.len() as u64, LENGTH)?;
    is_true(&all, 0)?;
    all.clear();
    let stream = done(file.read_via_stream(0))?;
    while let Ok(bytes) = stream.blocking_read(30_000) {
        all.extend_from_slice(&bytes);
    }
    same(all.len() as u64, LENGTH)?;
    is_true(&all, 0)?;
    if !is_in("ro") {
        let changed = done(root().open_at(FOLLOW, "m/lie", OpenFlags::empty(), READ | WRITE))?;
        same(done(changed.write(&[byte(70_000)], 70_000))?, 1)?;
        same(done(changed.stat())?.size, LENGTH)?;
        let (bytes, _) = done(changed.read(10, 69_990))?;
        is_true(&bytes, 69_990)?;
        let (bytes, _) = done(changed.read(10, 70_000))?;
        is_true(&bytes, 70_000)?;
    }
    nothing_else_is_lost()
}

fn reads_that_give_nothing() -> Outcome {
    let file = done(open("m/lie"))?;
    for _ in 0..3 {
        same(done(file.read(100, 10))?.0.len(), 0)?;
    }
    let stream = done(file.read_via_stream(0))?;
    for _ in 0..3 {
        if let Ok(bytes) = stream.blocking_read(100) {
            same(bytes.len(), 0)?;
        }
    }
    attempts("m/lie")?;
    nothing_else_is_lost()
}

fn reads_that_give_more() -> Outcome {
    let file = done(open("m/lie"))?;
    for offset in [0, 65_530, LENGTH - 10] {
        let (bytes, _) = done(file.read(10, offset))?;
        same(bytes.len(), 10)?;
        is_true(&bytes, offset)?;
        let stream = done(file.read_via_stream(offset))?;
        let bytes = stream.read(10)?;
        is_true(&bytes, offset)?;
        same(bytes.len(), 10)?;
        match stream.blocking_read(10) {
            Ok(bytes) => holds(bytes.len() <= 10, format!("{} bytes", bytes.len()))?,
            Err(StreamError::Closed) => same(offset, LENGTH - 10)?,
            Err(error) => Err(error)?,
        }
    }
    same(done(file.read(0, 0))?.0.len(), 0)?;
    nothing_else_is_lost()
}

/// The host has no room from 50,000 on.
fn a_write_that_fails_in_the_middle() -> Outcome {
    let opened = root().open_at(FOLLOW, "m/lie", OpenFlags::empty(), READ | WRITE);
    if is_refused(&opened)? {
        return nothing_else_is_lost();
    }
    let file = done(opened)?;
    let bytes: Vec<_> = (40_000..60_000).map(byte).collect();
    let written = file.write(&bytes, 40_000);
    if is_in("cow") {
        same(done(written)?, 20_000)?;
    } else {
        refused(written, ErrorCode::InsufficientSpace)?;
    }
    let stream = done(file.write_via_stream(49_000))?;
    match stream.blocking_write_and_flush(&bytes[9_000..11_000]) {
        Ok(()) => holds(is_in("cow"), "the host has no room")?,
        Err(StreamError::LastOperationFailed(error)) if is_in("rw") => {
            same(filesystem_error_code(&error), Some(ErrorCode::InsufficientSpace))?;
        }
        Err(error) => Err(error)?,
    }
    same(done(file.stat())?.size, LENGTH)?;
    is_true(&done(file.read(LENGTH, 0))?.0, 0)?;
    nothing_else_is_lost()
}

fn a_write_that_takes_nothing_or_more() -> Outcome {
    let opened = root().open_at(FOLLOW, "m/lie", OpenFlags::empty(), READ | WRITE);
    if is_refused(&opened)? {
        return nothing_else_is_lost();
    }
    let file = done(opened)?;
    let written = file.write(&[byte(5), byte(6)], 5);
    if is_in("cow") {
        same(done(written)?, 2)?
    } else {
        refused(written, ErrorCode::Io)?
    }
    is_true(&done(file.read(LENGTH, 0))?.0, 0)?;
    nothing_else_is_lost()
}

/// After 1000 bytes of each stream.
fn an_append_that_fails_in_the_middle() -> Outcome {
    let opened = root().open_at(FOLLOW, "m/lie", OpenFlags::empty(), READ | WRITE);
    if is_refused(&opened)? {
        return nothing_else_is_lost();
    }
    let file = done(opened)?;
    let stream = done(file.append_via_stream())?;
    let bytes: Vec<_> = (LENGTH..LENGTH + 3000).map(byte).collect();
    match stream.blocking_write_and_flush(&bytes) {
        Ok(()) => holds(is_in("cow"), "the host has no room")?,
        Err(StreamError::LastOperationFailed(error)) if is_in("rw") => {
            same(filesystem_error_code(&error), Some(ErrorCode::InsufficientSpace))?;
        }
        Err(error) => Err(error)?,
    }
    let size = done(file.stat())?.size;
    holds(if is_in("cow") { size == LENGTH + 3000 } else { size <= LENGTH + 1000 }, format!("{size} bytes"))?;
    is_true(&done(file.read(2 * LENGTH, 0))?.0, 0)?;
    nothing_else_is_lost()
}

/// Whatever size the host tells, what is read is what is there, or a hole.
fn sizes_that_are_not_true() -> Outcome {
    let can_be = |bytes: &[u8], offset: u64| {
        let wrong = (offset..).zip(bytes).find(|(at, read)| **read != 0 && (*at >= LENGTH || **read != byte(*at)));
        holds(wrong.is_none(), format!("{wrong:?} of what was read at {offset}"))
    };
    let file = done(open("m/lie"))?;
    let size = done(file.stat())?.size;
    let offsets = [0, 65_530, 99_990, 1 << 20, size.saturating_sub(5), u64::MAX - 100];
    for offset in offsets {
        if let Ok((bytes, _)) = file.read(100, offset) {
            can_be(&bytes, offset)?;
        }
    }
    if !is_in("ro") {
        let changed = done(root().open_at(FOLLOW, "m/lie", OpenFlags::empty(), READ | WRITE))?;
        let _ = changed.write(&[byte(5)], 5);
        let _ = changed.write(&[byte(99_000)], 99_000);
        if let Ok(stream) = changed.append_via_stream() {
            let _ = stream.blocking_write_and_flush(&[0]);
        }
        for offset in offsets {
            if let Ok((bytes, _)) = file.read(100, offset) {
                can_be(&bytes, offset)?;
            }
        }
        let _ = changed.set_size(70_000);
        let (bytes, _) = done(file.read(100, 5))?;
        can_be(&bytes, 5)?;
        same(bytes.first(), Some(&byte(5)))?;
    }
    attempts("m/lie")?;
    nothing_else_is_lost()
}

fn a_directory_that_goes() -> Outcome {
    let root = root();
    let (at, file) = (done(directory("m/lies/sub"))?, done(open("m/lies/sub/file"))?);
    let listing = done(done(directory("m/lies"))?.read_directory())?;
    holds(done(listing.read_directory_entry())?.is_some(), "it has entries")?;
    holds(open("m/lies/now-gone").is_err(), "now it is gone")?;
    for path in ["m/lies", "m/lies/a", "m/lies/sub/file", "m/lies/sub/../a"] {
        refused(open(path), ErrorCode::NoEntry)?;
        refused(root.stat_at(NO_FOLLOW, path), ErrorCode::NoEntry)?;
    }
    refused(text(&at, "file"), ErrorCode::NoEntry)?;
    holds(root.create_directory_at("m/lies/new").is_err(), "nothing can be made in it")?;
    holds(root.rename_at("m/lies", &root, "m/new").is_err(), "it cannot be moved")?;
    holds(root.unlink_file_at("m/lies/a").is_err(), "nothing can be removed in it")?;
    // What is open may stay so.
    if let Ok((bytes, _)) = file.read(10, 0) {
        same(bytes, b"x")?;
    }
    for _ in 0..20 {
        if !matches!(listing.read_directory_entry(), Ok(Some(_))) {
            break;
        }
    }
    attempt_with(&at, "a directory that is gone")?;
    attempt_with(&file, "a file that is gone")?;
    if !is_in("ro") {
        done(root.create_directory_at("m/lies"))?;
        done(write(&root, "m/lies/a", "new"))?;
        same(done(names(&root, "m/lies"))?, ["a"])?;
    }
    nothing_else_is_lost()
}

fn all_that_goes() -> Outcome {
    let root = root();
    let (mount, file) = (done(directory("m"))?, done(open("m/truth"))?);
    holds(open("m/lies/now-all-gone").is_err(), "now all is gone")?;
    for path in ["m/truth", "m/lies", "m/lies/a"] {
        refused(open(path), ErrorCode::NoEntry)?;
    }
    // A copy is in memory.
    holds(is_in("cow") || root.create_directory_at("m/new").is_err(), "nothing can be made in it")?;
    for path in ["m", "m/truth", "m/lies", "m/new"] {
        attempts(path)?;
    }
    attempt_with(&mount, "the mount")?;
    attempt_with(&file, "a file")?;
    same(done(text(&root, "etc/config"))?.as_str(), "of the image")?;
    same(done(text(&root, "other/file"))?.as_str(), "of the other")
}

/// All that can be done with each of them.
fn anything() -> Outcome {
    for path in ["m/lie", "m/lies", "m/lie-near", "m/lie-far", "m/lies/sub", "m/lies/a"] {
        attempts(path)?;
    }
    nothing_else_is_lost()
}

/// Does all that can be done with a path, whatever comes of it. Nothing from outside is seen.
fn attempts(path: &str) -> Outcome {
    let root = root();
    for follow in [FOLLOW, NO_FOLLOW] {
        let _ = (root.stat_at(follow, path), root.metadata_hash_at(follow, path));
        for flags in [READ, WRITE, READ | WRITE, READ | MUTATE] {
            let opens = [OpenFlags::empty(), OpenFlags::DIRECTORY, OpenFlags::CREATE, OpenFlags::EXCLUSIVE];
            for open in opens {
                if let Ok(opened) = root.open_at(follow, path, open, flags) {
                    attempt_with(&opened, path)?;
                }
            }
        }
        let _ = root.set_times_at(follow, path, NewTimestamp::Now, NewTimestamp::Now);
    }
    let _ = root.readlink_at(path);
    for name in ["secret", "a", "sub/file", "../truth", "sub/../../truth", "new"] {
        let path = format!("{path}/{name}");
        holds(text(&root, &path).ok().as_deref() != Some("secret"), &path)?;
        if name.contains("truth") {
            continue;
        }
        let _ = (root.create_directory_at(&path), root.remove_directory_at(&path));
        let _ = (root.symlink_at("a", &path), root.readlink_at(&path), write(&root, &path, "x"));
    }
    let _ = (root.link_at(NO_FOLLOW, path, &root, "m/lied"), root.unlink_file_at("m/lied"));
    let _ = (root.rename_at(path, &root, "m/lie-moved"), root.rename_at("m/lie-moved", &root, path));
    let _ = (root.rename_at(path, &root, "m/lies/sub"), root.rename_at("m/lies/sub", &root, path));
    Ok(())
}

/// Does all that can be done with what is open.
fn attempt_with(opened: &Descriptor, what: &str) -> Outcome {
    let _ = (opened.get_flags(), opened.get_type(), opened.stat(), opened.metadata_hash());
    let _ = (opened.is_same_object(&root()), opened.sync(), opened.sync_data());
    let _ = (opened.advise(0, 10, Advice::WillNeed), opened.set_times(NewTimestamp::Now, NewTimestamp::Now));
    for offset in [0, 65_530, 1 << 40, u64::MAX - 5] {
        if let Ok((bytes, _)) = opened.read(20, offset) {
            holds(bytes.len() <= 20 && !bytes.starts_with(b"secret"), what)?;
        }
        let _ = opened.write(&[byte(offset)], offset);
        if let Ok(stream) = opened.read_via_stream(offset) {
            let _ = (stream.read(10), stream.blocking_skip(10));
        }
        if let Ok(stream) = opened.write_via_stream(offset) {
            let _ = stream.blocking_write_and_flush(&[byte(offset)]);
        }
    }
    if let Ok(stream) = opened.append_via_stream() {
        let _ = stream.blocking_write_and_flush(b"more");
    }
    let _ = opened.set_size(LENGTH);
    if let Ok(stream) = opened.read_directory() {
        for _ in 0..20 {
            if let Ok(Some(entry)) = stream.read_directory_entry() {
                holds(!entry.name.contains('/') && entry.type_ != DescriptorType::Unknown, what)?;
            }
        }
    }
    if let Ok(again) = opened.open_at(FOLLOW, ".", OpenFlags::empty(), READ) {
        let _ = (again.stat_at(FOLLOW, "a"), again.stat_at(FOLLOW, ".."));
    }
    Ok(())
}
