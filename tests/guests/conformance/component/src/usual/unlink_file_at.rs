//! `unlinkat`.

use suite::spelling::{NOWHERE, UNLINK};

use crate::tools::*;

#[case]
fn unlink_file_at_of_a_file(dir: &Descriptor) -> Outcome {
    file(dir, "f", "x")?;
    dir.unlink_file_at("f")?;
    same(names(dir)?.len(), 0)
}

#[case]
fn unlink_file_at_of_the_tree() -> Outcome {
    root().unlink_file_at("change/unlink")?;
    fails(root().stat_at(STAY, "change/unlink"), E::NoEntry)?;
    fails(root().unlink_file_at("change/unlink"), E::NoEntry)
}

#[case]
fn unlink_file_at_every_spelling(dir: &Descriptor) -> Outcome {
    spellings(dir, &[UNLINK, NOWHERE], |dir, path| dir.unlink_file_at(path))
}

#[case]
fn unlink_file_at_is_directory(dir: &Descriptor) -> Outcome {
    dir.create_directory_at("d")?;
    fails(dir.unlink_file_at("d"), E::IsDirectory)?;
    same(names(dir)?, ["d"])
}

#[case]
fn unlink_file_at_no_entry(dir: &Descriptor) -> Outcome {
    fails(dir.unlink_file_at("none"), E::NoEntry)
}

#[case]
fn unlink_file_at_of_a_link_leaves_its_target(dir: &Descriptor) -> Outcome {
    file(dir, "f", "x")?;
    dir.symlink_at("f", "l")?;
    dir.unlink_file_at("l")?;
    same(names(dir)?, ["f"])
}

#[case]
fn unlink_file_at_of_a_link_to_a_directory(dir: &Descriptor) -> Outcome {
    dir.create_directory_at("d")?;
    dir.symlink_at("d", "l")?;
    dir.unlink_file_at("l")?;
    same(names(dir)?, ["d"])
}

#[case]
fn unlink_file_at_of_one_of_two_names(dir: &Descriptor) -> Outcome {
    file(dir, "f", "text")?;
    dir.link_at(STAY, "f", dir, "g")?;
    dir.unlink_file_at("f")?;
    same(contents(&dir.open_at(STAY, "g", EXISTING, READ)?)?, b"text")
}

#[case]
fn unlink_file_at_from_a_file(dir: &Descriptor) -> Outcome {
    fails(file(dir, "f", "x")?.unlink_file_at("f"), E::NotDirectory)
}

#[case]
fn unlink_file_at_name_too_long(dir: &Descriptor) -> Outcome {
    fails(dir.unlink_file_at(&"n".repeat(256)), E::NameTooLong)
}

#[case]
fn unlink_file_at_sets_times(dir: &Descriptor) -> Outcome {
    let f = file(dir, "f", "x")?;
    dir.link_at(STAY, "f", dir, "g")?;
    dir.set_times(NewTimestamp::Timestamp(THEN), NewTimestamp::Timestamp(THEN))?;
    dir.unlink_file_at("f")?;
    is_now(dir.stat()?.data_modification_timestamp)?;
    is_now(f.stat()?.status_change_timestamp)
}
