//! Quotas: what is copied up counts, and what is refused leaves all as it was. With `--max-bytes 128K`, with
//! `--max-nodes 6`, and with `--max-nodes 0`.

use std::fs;
use std::io;

use check::{Behaviour, Outcome, Saw, holds, same};
use wasip2::filesystem::types::{Descriptor, DescriptorFlags, ErrorCode, OpenFlags, PathFlags};

use crate::both::{Errno, OURS, THEIRS, app, change, descriptor, identity, names, open, refused, remove, root};

pub const BYTES: &[Behaviour] = &[("what_is_copied_up_counts_as_bytes", what_is_copied_up_counts_as_bytes)];

pub const NODES: &[Behaviour] = &[("what_is_changed_counts_as_nodes", what_is_changed_counts_as_nodes)];

pub const NO_NODES: &[Behaviour] =
    &[("a_directory_that_others_filled_is_not_empty", a_directory_that_others_filled_is_not_empty)];

/// A file to be changed by calls of WASI: the standard library writes by streams, whose errors it does not tell.
fn writer(path: &str) -> Result<Descriptor, Saw> {
    let flags = DescriptorFlags::READ | DescriptorFlags::WRITE;
    Ok(root().open_at(PathFlags::SYMLINK_FOLLOW, path, OpenFlags::empty(), flags)?)
}

fn what_is_copied_up_counts_as_bytes() -> Outcome {
    const CHUNK: usize = 64 << 10;
    let large = vec![b'1'; 4 * CHUNK];
    fs::write("/host/large", &large)?;
    fs::write("/host/small", THEIRS)?;
    let number = identity("/w/small")?;
    app(|| {
        let file = writer("w/large")?;
        // One byte in each of two chunks copies both.
        same(file.write(b"2", 0), Ok(1))?;
        same(file.write(b"2", CHUNK as u64), Ok(1))?;
        let mut wanted = large.clone();
        (wanted[0], wanted[CHUNK]) = (b'2', b'2');
        for _ in 0..2 {
            same(file.write(b"2", 2 * CHUNK as u64), Err(ErrorCode::InsufficientSpace))?;
            same(file.write(b"22", 2 * CHUNK as u64 - 1), Err(ErrorCode::InsufficientSpace))?;
            holds(fs::read("/w/large")? == wanted, "what was refused has changed nothing")?;
        }
        let small = writer("w/small")?;
        let before = fs::metadata("/w/small")?.modified()?;
        same(small.write(OURS.as_bytes(), 0), Err(ErrorCode::InsufficientSpace))?;
        same(small.write(b"O", 0), Err(ErrorCode::InsufficientSpace))?;
        same(fs::read_to_string("/w/small")?.as_str(), THEIRS)?;
        same(fs::metadata("/w/small")?.modified()?, before)?;
        same(identity("/w/small")?, number)?;
        // What was copied can be changed, and what needs no bytes works.
        same(file.write(b"2", 1), Ok(1))?;
        fs::rename("/w/small", "/w/moved")?;
        // A part that goes makes room.
        file.set_size(CHUNK as u64)?;
        same(small.write(OURS.as_bytes(), 0), Ok(OURS.len() as u64))?;
        same(fs::read_to_string("/w/moved")?.as_str(), OURS)
    })?;
    fs::write("/host/small", "of others, again")?;
    app(|| same(fs::read_to_string("/w/moved")?.as_str(), OURS))
}

fn what_is_changed_counts_as_nodes() -> Outcome {
    const COUNT: usize = 20;
    for number in 0..COUNT {
        fs::write(format!("/host/{number}"), THEIRS)?;
    }
    app(|| {
        fs::write("/w/made", OURS)?;
        let refused_at =
            (0..COUNT).find_map(|number| change(&format!("/w/{number}"), OURS).err().map(|error| (number, error)));
        let Some((changed, error)) = refused_at else { return holds(false, "something is refused") };
        refused(io::Result::<()>::Err(error), Errno::NoSpace)?;
        // The directories above count, too.
        holds((1..6).contains(&changed), format!("{changed} are changed"))?;
        for number in 0..COUNT {
            let wanted = if number < changed { OURS } else { THEIRS };
            same(fs::read_to_string(format!("/w/{number}"))?.as_str(), wanted)?;
        }
        refused(fs::write("/w/new", OURS), Errno::NoSpace)?;
        refused(fs::create_dir("/w/new"), Errno::NoSpace)?;
        refused(fs::metadata("/w/new"), Errno::NoEntry)?;
        let last = format!("/w/{}", COUNT - 1);
        let before = fs::metadata(&last)?.modified()?;
        refused(open(&last)?.set_modified(std::time::UNIX_EPOCH), Errno::NoSpace)?;
        same(fs::metadata(&last)?.modified()?, before)?;
        // What is changed already can be changed more, and what goes makes room for one.
        change("/w/0", THEIRS)?;
        same(fs::read_to_string("/w/0")?.as_str(), THEIRS)?;
        same(names("/w")?.len(), COUNT + 1)?;
        for (gone, next) in [("/w/made", COUNT - 1), ("/w/0", COUNT - 2)] {
            fs::remove_file(gone)?;
            change(&format!("/w/{next}"), OURS)?;
            same(fs::read_to_string(format!("/w/{next}"))?.as_str(), OURS)?;
            refused(fs::write("/w/new", OURS), Errno::NoSpace)?;
        }
        same(names("/w")?.len(), COUNT - 1)
    })
}

/// It was found empty, and then there was no room for the change. It stays open, so that it stays known.
fn a_directory_that_others_filled_is_not_empty() -> Outcome {
    for name in ["empty", "other"] {
        fs::create_dir(format!("/host/{name}"))?;
    }
    let kept = descriptor("/w/empty")?;
    let is_refused = |wanted| {
        app(|| {
            refused(fs::remove_dir("/w/empty"), wanted)?;
            refused(fs::rename("/w/other", "/w/empty"), wanted)
        })
    };
    is_refused(Errno::NoSpace)?;
    for _ in 0..2 {
        fs::write("/host/empty/theirs", THEIRS)?;
        is_refused(Errno::NotEmpty)?;
        app(|| same(names("/w/empty")?, ["theirs"]))?;
        remove("/host/empty/theirs")?;
        is_refused(Errno::NoSpace)?;
    }
    drop(kept);
    Ok(())
}
