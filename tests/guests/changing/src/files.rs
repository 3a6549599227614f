//! Files that the app has changed or has open, while others change what the host has there.

use std::fs::{self, File, OpenOptions};
use std::io::Write;

use check::{Behaviour, Outcome, holds, same};

use crate::both::{
    Errno, OURS, THEIRS, Taking, app, are_one, change, identity, is_gone, names, number, open, refused, remove,
    replace_by_directory, replace_by_file, text, write_at,
};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("a_changed_file_stays_when_it_is_removed", || a_changed_file_stays(remove)),
    ("a_changed_file_stays_when_it_is_replaced", || a_changed_file_stays(replace_by_file)),
    ("a_changed_file_stays_when_a_directory_is_put_there", || a_changed_file_stays(replace_by_directory)),
    ("a_file_whose_times_were_set_has_them_when_it_is_replaced", a_file_whose_times_were_set_has_them),
    ("a_file_that_is_open_and_changed_stays_when_it_is_removed", || an_open_changed_file_stays(remove)),
    ("a_file_that_is_open_and_changed_stays_when_it_is_replaced", || an_open_changed_file_stays(replace_by_file)),
    ("a_name_that_was_moved_and_made_again_is_listed", a_name_that_was_moved_and_made_again_is_listed),
    ("a_name_that_was_made_again_while_it_was_open_is_listed", a_name_that_was_made_again_while_open_is_listed),
    ("two_generations_are_two_files", || two_generations_are_two_files(true)),
    ("two_generations_that_are_open_are_two_files", || two_generations_are_two_files(false)),
    ("a_first_change_does_not_turn_the_name_back", a_first_change_does_not_turn_the_name_back),
    ("what_was_seen_to_be_gone_stays_gone", what_was_seen_to_be_gone_stays_gone),
    ("an_open_file_is_one_by_a_name_that_others_gave_it", an_open_file_is_one_by_a_name_that_others_gave_it),
    ("a_changed_file_keeps_its_name_when_it_is_renamed", a_changed_file_keeps_its_name_when_it_is_renamed),
    ("what_others_write_is_seen_until_the_first_change", what_others_write_is_seen_until_the_first_change),
    ("a_copied_part_never_mixes_with_a_new_file", a_copied_part_never_mixes_with_a_new_file),
];

/// A small file, which is whole in memory after its change, and nobody has it open.
fn a_changed_file_stays(take: Taking) -> Outcome {
    fs::create_dir("/host/d")?;
    fs::write("/host/d/f", THEIRS)?;
    let before = identity("/w/d/f")?;
    app(|| Ok(change("/w/d/f", OURS)?))?;
    take("/host/d/f")?;
    app(|| {
        let metadata = fs::metadata("/w/d/f")?;
        same((metadata.is_file(), metadata.len()), (true, OURS.len() as u64))?;
        same(names("/w/d")?, ["f"])?;
        same(fs::read_to_string("/w/d/f")?.as_str(), OURS)?;
        same(open("/w/d/f")?.metadata()?.len(), OURS.len() as u64)?;
        same(identity("/w/d/f")?, before)?;
        refused(fs::remove_dir("/w/d"), Errno::NotEmpty)?;
        // It can be changed again.
        OpenOptions::new().append(true).open("/w/d/f")?.write_all(b"!")?;
        same(fs::read_to_string("/w/d/f")?, format!("{OURS}!"))?;
        fs::remove_dir_all("/w/d")?;
        is_gone("/w/d")
    })
}

fn a_file_whose_times_were_set_has_them() -> Outcome {
    let time = std::time::UNIX_EPOCH + std::time::Duration::new(77, 7);
    fs::write("/host/f", THEIRS)?;
    let before = identity("/w/f")?;
    app(|| Ok(open("/w/f")?.set_modified(time)?))?;
    replace_by_file("/host/f")?;
    app(|| {
        same(fs::metadata("/w/f")?.modified()?, time)?;
        same(identity("/w/f")?, before)?;
        same(names("/w")?, ["f"])?;
        fs::remove_file("/w/f")?;
        is_gone("/w/f")
    })
}

fn an_open_changed_file_stays(take: Taking) -> Outcome {
    fs::create_dir("/host/d")?;
    fs::write("/host/d/f", THEIRS)?;
    let before = identity("/w/d/f")?;
    let file = open("/w/d/f")?;
    app(|| Ok(write_at(&file, 0, OURS)?))?;
    take("/host/d/f")?;
    app(|| {
        same(fs::metadata("/w/d/f")?.len(), OURS.len() as u64)?;
        same(names("/w/d")?, ["f"])?;
        same(identity("/w/d/f")?, before)?;
        let again = open("/w/d/f")?;
        write_at(&again, 0, "OF")?;
        same(text(&file)?, OURS.replacen("of", "OF", 1))?;
        drop((file, again));
        same(identity("/w/d/f")?, before)?;
        same(fs::read_to_string("/w/d/f")?, OURS.replacen("of", "OF", 1))?;
        fs::remove_dir_all("/w/d")?;
        is_gone("/w/d")
    })
}

fn a_name_that_was_moved_and_made_again_is_listed() -> Outcome {
    fs::create_dir("/host/d")?;
    fs::write("/host/d/f", THEIRS)?;
    app(|| {
        fs::rename("/w/d/f", "/w/d/f.bak")?;
        Ok(fs::write("/w/d/f", OURS)?)
    })?;
    remove("/host/d/f")?;
    app(|| {
        same(names("/w/d")?, ["f", "f.bak"])?;
        same(fs::read_to_string("/w/d/f")?.as_str(), OURS)?;
        same(fs::metadata("/w/d/f.bak")?.len(), THEIRS.len() as u64)?;
        holds(number("/w/d/f")? != number("/w/d/f.bak")?, "they are two")?;
        // Of what only has another name, the contents were the host's.
        refused(File::open("/w/d/f.bak"), Errno::NoEntry)?;
        fs::remove_dir_all("/w/d")?;
        is_gone("/w/d")
    })
}

fn a_name_that_was_made_again_while_open_is_listed() -> Outcome {
    fs::create_dir("/host/d")?;
    for name in ["f", "g"] {
        fs::write(format!("/host/d/{name}"), THEIRS)?;
    }
    let (removed, replaced) = (open("/w/d/f")?, open("/w/d/g")?);
    app(|| {
        fs::remove_file("/w/d/f")?;
        fs::write("/w/d/f", OURS)?;
        fs::write("/w/d/new", OURS)?;
        Ok(fs::rename("/w/d/new", "/w/d/g")?)
    })?;
    remove("/host/d/f")?;
    remove("/host/d/g")?;
    app(|| {
        same(names("/w/d")?, ["f", "g"])?;
        for name in ["f", "g"] {
            same(fs::read_to_string(format!("/w/d/{name}"))?.as_str(), OURS)?;
        }
        same((text(&removed)?.as_str(), text(&replaced)?.as_str()), (THEIRS, THEIRS))?;
        fs::remove_dir_all("/w/d")?;
        is_gone("/w/d")?;
        same((text(&removed)?.as_str(), text(&replaced)?.as_str()), (THEIRS, THEIRS))
    })
}

/// Others put a new file in the place of one that is open: a log that is rotated, a file that an editor saves.
fn two_generations_are_two_files(is_second_closed: bool) -> Outcome {
    fs::write("/host/f", THEIRS)?;
    let first = open("/w/f")?;
    replace_by_file("/host/f")?;
    app(|| {
        let mut second = Some(OpenOptions::new().read(true).write(true).truncate(true).open("/w/f")?);
        write_at(second.as_ref().expect("it was just opened"), 0, OURS)?;
        if is_second_closed {
            second = None;
        }
        write_at(&first, 0, "O")?;
        same(fs::read_to_string("/w/f")?.as_str(), OURS)?;
        same(text(&first)?, THEIRS.replacen('o', "O", 1))?;
        if let Some(second) = second {
            same(text(&second)?.as_str(), OURS)?;
        }
        same(names("/w")?, ["f"])?;
        drop(first);
        same(fs::read_to_string("/w/f")?.as_str(), OURS)
    })
}

/// The same, and nobody has changed the new file.
fn a_first_change_does_not_turn_the_name_back() -> Outcome {
    fs::write("/host/f", THEIRS)?;
    let first = open("/w/f")?;
    replace_by_file("/host/f")?;
    app(|| {
        same(fs::read_to_string("/w/f")?, THEIRS.repeat(3))?;
        write_at(&first, 0, OURS)?;
        same(fs::read_to_string("/w/f")?, THEIRS.repeat(3))?;
        same(text(&first)?.as_str(), OURS)?;
        same(names("/w")?, ["f"])
    })
}

fn what_was_seen_to_be_gone_stays_gone() -> Outcome {
    fs::write("/host/f", THEIRS)?;
    let file = open("/w/f")?;
    remove("/host/f")?;
    app(|| {
        refused(fs::metadata("/w/f"), Errno::NoEntry)?;
        write_at(&file, 0, "O")?;
        same(text(&file)?, THEIRS.replacen('o', "O", 1))?;
        is_gone("/w/f")?;
        // What is made there is another file.
        fs::write("/w/f", OURS)?;
        same(text(&file)?, THEIRS.replacen('o', "O", 1))?;
        same(fs::read_to_string("/w/f")?.as_str(), OURS)?;
        drop(file);
        same(fs::read_to_string("/w/f")?.as_str(), OURS)?;
        fs::remove_file("/w/f")?;
        is_gone("/w/f")
    })
}

/// The app has it open for writing, and has not changed it.
fn an_open_file_is_one_by_a_name_that_others_gave_it() -> Outcome {
    fs::write("/host/f", THEIRS)?;
    let file = open("/w/f")?;
    fs::rename("/host/f", "/host/g")?;
    app(|| {
        let other = open("/w/g")?;
        write_at(&file, 0, OURS)?;
        same(text(&other)?.as_str(), OURS)?;
        write_at(&other, OURS.len() as u64, "!")?;
        same(text(&file)?, format!("{OURS}!"))?;
        same(fs::read_to_string("/w/g")?, format!("{OURS}!"))?;
        same(fs::metadata("/w/g")?.len(), OURS.len() as u64 + 1)?;
        drop((file, other));
        same(fs::read_to_string("/w/g")?, format!("{OURS}!"))
    })
}

/// The new name leads to what the host has.
fn a_changed_file_keeps_its_name_when_it_is_renamed() -> Outcome {
    for name in ["closed", "open"] {
        fs::write(format!("/host/{name}"), THEIRS)?;
    }
    let file = open("/w/open")?;
    app(|| {
        change("/w/closed", OURS)?;
        Ok(write_at(&file, 0, OURS)?)
    })?;
    for name in ["closed", "open"] {
        fs::rename(format!("/host/{name}"), format!("/host/{name}-moved"))?;
    }
    app(|| {
        same(names("/w")?, ["closed", "closed-moved", "open", "open-moved"])?;
        for name in ["closed", "open"] {
            same(fs::read_to_string(format!("/w/{name}"))?.as_str(), OURS)?;
            same(fs::read_to_string(format!("/w/{name}-moved"))?.as_str(), THEIRS)?;
            are_one(&format!("/w/{name}"), &format!("/w/{name}-moved"), false)?;
        }
        change("/w/open-moved", "changed")?;
        same(text(&file)?.as_str(), OURS)?;
        same(fs::read_to_string("/w/open")?.as_str(), OURS)
    })
}

fn what_others_write_is_seen_until_the_first_change() -> Outcome {
    fs::write("/host/f", THEIRS)?;
    let file = open("/w/f")?;
    same(text(&file)?.as_str(), THEIRS)?;
    fs::write("/host/f", "longer than it was, by others")?;
    same(text(&file)?.as_str(), "longer than it was, by others")?;
    app(|| Ok(write_at(&file, 0, "LONGER")?))?;
    fs::write("/host/f", "short")?;
    app(|| {
        same(text(&file)?.as_str(), "LONGER than it was, by others")?;
        same(fs::read_to_string("/w/f")?.as_str(), "LONGER than it was, by others")
    })
}

/// A file of several chunks, of which one is copied: the rest is that of the file that was open, whatever others put
/// there, and zeros where others cut it.
fn a_copied_part_never_mixes_with_a_new_file() -> Outcome {
    const SIZE: usize = 200_000;
    fs::write("/host/f", vec![b'1'; SIZE])?;
    let file = open("/w/f")?;
    app(|| Ok(write_at(&file, 100_000, OURS)?))?;
    fs::write("/host/new", vec![b'2'; SIZE])?;
    let old = File::options().write(true).open("/host/f")?;
    fs::rename("/host/new", "/host/f")?;
    let mut wanted = vec![b'1'; SIZE];
    wanted[100_000..][..OURS.len()].copy_from_slice(OURS.as_bytes());
    app(|| {
        same(fs::read("/w/f")? == wanted, true)?;
        drop(file);
        same(fs::read("/w/f")? == wanted, true)
    })?;
    old.set_len(150_000)?;
    let is_zero = |bytes: &[u8]| bytes.iter().all(|byte| *byte == 0);
    app(|| {
        let bytes = fs::read("/w/f")?;
        same(bytes.len(), SIZE)?;
        same(bytes[..150_000] == wanted[..150_000] && is_zero(&bytes[150_000..]), true)
    })
}
