//! Quotas: what is copied up counts, and what is refused leaves all as it was. With `--max-bytes 128K` and with
//! `--max-nodes 6`.

use std::fs;
use std::io::ErrorKind;

use check::{Behaviour, Outcome, holds, same};

use crate::both::{OURS, THEIRS, app, change, identity, names, open, refused, text, write_at};

pub const BYTES: &[Behaviour] = &[("what_is_copied_up_counts_as_bytes", what_is_copied_up_counts_as_bytes)];

pub const NODES: &[Behaviour] = &[("what_is_changed_counts_as_nodes", what_is_changed_counts_as_nodes)];

fn what_is_copied_up_counts_as_bytes() -> Outcome {
    const CHUNK: usize = 64 << 10;
    let large = vec![b'1'; 4 * CHUNK];
    fs::write("/host/large", &large)?;
    fs::write("/host/small", THEIRS)?;
    let number = identity("/w/small")?;
    app(|| {
        let file = open("/w/large")?;
        // One byte in each of two chunks copies both.
        write_at(&file, 0, "2")?;
        write_at(&file, CHUNK as u64, "2")?;
        let mut wanted = large.clone();
        (wanted[0], wanted[CHUNK]) = (b'2', b'2');
        for _ in 0..2 {
            refused(write_at(&file, 2 * CHUNK as u64, "2"), ErrorKind::StorageFull)?;
            holds(fs::read("/w/large")? == wanted, "what was refused has changed nothing")?;
        }
        let small = open("/w/small")?;
        let before = fs::metadata("/w/small")?.modified()?;
        refused(write_at(&small, 0, OURS), ErrorKind::StorageFull)?;
        refused(write_at(&small, 0, "O"), ErrorKind::StorageFull)?;
        same(text(&small)?.as_str(), THEIRS)?;
        same(fs::metadata("/w/small")?.modified()?, before)?;
        same(identity("/w/small")?, number)?;
        // What was copied can be changed, and what needs no bytes works.
        write_at(&file, 1, "2")?;
        fs::rename("/w/small", "/w/moved")?;
        // A part that goes makes room.
        file.set_len(CHUNK as u64)?;
        write_at(&small, 0, OURS)?;
        same(fs::read_to_string("/w/moved")?.as_str(), OURS)
    })?;
    fs::write("/host/small", "of others, again")?;
    app(|| same(fs::read_to_string("/w/moved")?.as_str(), OURS))
}

fn what_is_changed_counts_as_nodes() -> Outcome {
    const COUNT: usize = 20;
    fs::create_dir("/host/empty")?;
    for number in 0..COUNT {
        fs::write(format!("/host/{number}"), THEIRS)?;
    }
    app(|| {
        let mut changed = 0;
        while changed < COUNT {
            match change(&format!("/w/{changed}"), OURS) {
                Ok(()) => changed += 1,
                Err(error) => {
                    same(error.kind(), ErrorKind::StorageFull)?;
                    break;
                }
            }
        }
        // The directories above count, too.
        holds((1..=6).contains(&changed), format!("{changed} are changed"))?;
        for number in 0..COUNT {
            let wanted = if number < changed { OURS } else { THEIRS };
            same(fs::read_to_string(format!("/w/{number}"))?.as_str(), wanted)?;
        }
        refused(fs::write("/w/new", OURS), ErrorKind::StorageFull)?;
        refused(fs::create_dir("/w/new"), ErrorKind::StorageFull)?;
        refused(fs::metadata("/w/new"), ErrorKind::NotFound)?;
        let last = format!("/w/{}", COUNT - 1);
        refused(open(&last)?.set_modified(std::time::UNIX_EPOCH), ErrorKind::StorageFull)?;
        holds(fs::metadata(&last)?.modified()? != std::time::UNIX_EPOCH, "its times are as they were")?;
        // What is changed already can be changed more, and what goes makes room for one.
        change("/w/0", THEIRS)?;
        same(fs::read_to_string("/w/0")?.as_str(), THEIRS)?;
        same(names("/w")?.len(), COUNT + 1)?;
        fs::remove_file("/w/0")?;
        change(&last, OURS)?;
        same(fs::read_to_string(&last)?.as_str(), OURS)?;
        refused(fs::write("/w/new", OURS), ErrorKind::StorageFull)?;
        same(names("/w")?.len(), COUNT)
    })
}
