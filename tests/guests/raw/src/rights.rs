//! What a descriptor was not opened for it cannot do.

use check::{Behaviour, Outcome, holds, same};
use wasip2::filesystem::types::{DescriptorFlags, ErrorCode, NewTimestamp, OpenFlags, PathFlags};

use crate::tree::{FOLLOW, MUTATE, READ, WRITE, file, open, refused, root, scratch};

/// On a tree that may be changed.
pub const BEHAVIOURS: &[Behaviour] = &[
    ("flags_are_those_of_the_open", flags_are_those_of_the_open),
    ("write_needs_write", write_needs_write),
    ("read_needs_read", read_needs_read),
    ("mutate_directory_on_a_file_is_accepted", mutate_directory_on_a_file_is_accepted),
    ("directory_inherits_the_right_to_change", directory_inherits_the_right_to_change),
];

/// On a tree that may only be looked at.
pub const READ_ONLY: &[Behaviour] = &[
    ("root_cannot_be_changed", root_cannot_be_changed),
    ("entries_cannot_be_removed", entries_cannot_be_removed),
    ("entries_cannot_be_made", entries_cannot_be_made),
    ("entries_cannot_be_renamed", entries_cannot_be_renamed),
    ("files_cannot_be_opened_for_writing", files_cannot_be_opened_for_writing),
    ("times_cannot_be_set", times_cannot_be_set),
    ("rights_do_not_grow_by_opening_again", rights_do_not_grow_by_opening_again),
    ("everything_can_be_read", everything_can_be_read),
];

const REFUSED: &[ErrorCode] = &[ErrorCode::ReadOnly, ErrorCode::NotPermitted];

fn flags_are_those_of_the_open() -> Outcome {
    let data = READ | WRITE;
    same(open("hello.txt")?.get_flags()? & data, READ)?;
    let dir = scratch("flags_are_those_of_the_open")?;
    same(dir.get_flags()? & data, READ)?;
    same(file(&dir, "f", "x")?.get_flags()? & data, data)?;
    holds(root().get_flags()?.contains(READ | MUTATE), "the root can be read and changed")
}

fn write_needs_write() -> Outcome {
    let file = open("hello.txt")?;
    refused(file.write(b"x", 0), &[ErrorCode::BadDescriptor])?;
    refused(file.set_size(0), &[ErrorCode::BadDescriptor, ErrorCode::Invalid])?;
    same(file.stat()?.size, 13)
}

fn read_needs_read() -> Outcome {
    let dir = scratch("read_needs_read")?;
    file(&dir, "f", "x")?;
    let file = dir.open_at(FOLLOW, "f", OpenFlags::empty(), WRITE)?;
    refused(file.read(1, 0), &[ErrorCode::BadDescriptor])
}

// What current libcs open files with.
fn mutate_directory_on_a_file_is_accepted() -> Outcome {
    let dir = scratch("mutate_directory_on_a_file_is_accepted")?;
    let file = dir.open_at(FOLLOW, "f", OpenFlags::CREATE, READ | WRITE | MUTATE)?;
    same(file.write(b"x", 0)?, 1)
}

// And what they open directories without, before they remove what is in them.
fn directory_inherits_the_right_to_change() -> Outcome {
    let whole = scratch("directory_inherits_the_right_to_change")?;
    file(&whole, "f", "x")?;
    let dir = root().open_at(FOLLOW, "w/directory_inherits_the_right_to_change", OpenFlags::DIRECTORY, READ)?;
    dir.unlink_file_at("f")?;
    dir.create_directory_at("d")?;
    Ok(())
}

fn root_cannot_be_changed() -> Outcome {
    holds(!root().get_flags()?.contains(DescriptorFlags::MUTATE_DIRECTORY), "the root says that it cannot be changed")
}

fn entries_cannot_be_removed() -> Outcome {
    refused(root().unlink_file_at("hello.txt"), REFUSED)?;
    refused(root().remove_directory_at("empty"), REFUSED)?;
    root().stat_at(FOLLOW, "hello.txt")?;
    root().stat_at(FOLLOW, "empty")?;
    Ok(())
}

fn entries_cannot_be_made() -> Outcome {
    refused(root().create_directory_at("e"), REFUSED)?;
    refused(root().symlink_at("hello.txt", "e"), REFUSED)?;
    refused(root().link_at(PathFlags::empty(), "hello.txt", &root(), "e"), REFUSED)?;
    refused(root().open_at(FOLLOW, "e", OpenFlags::CREATE, READ), REFUSED)?;
    refused(root().stat_at(FOLLOW, "e"), &[ErrorCode::NoEntry])
}

fn entries_cannot_be_renamed() -> Outcome {
    refused(root().rename_at("hello.txt", &root(), "e"), REFUSED)?;
    root().stat_at(FOLLOW, "hello.txt")?;
    Ok(())
}

fn files_cannot_be_opened_for_writing() -> Outcome {
    refused(root().open_at(FOLLOW, "hello.txt", OpenFlags::empty(), READ | WRITE), REFUSED)?;
    refused(root().open_at(FOLLOW, "hello.txt", OpenFlags::TRUNCATE, WRITE), REFUSED)?;
    same(root().stat_at(FOLLOW, "hello.txt")?.size, 13)
}

fn times_cannot_be_set() -> Outcome {
    refused(root().set_times_at(FOLLOW, "hello.txt", NewTimestamp::Now, NewTimestamp::Now), REFUSED)
}

fn rights_do_not_grow_by_opening_again() -> Outcome {
    for path in [".", "d"] {
        match root().open_at(FOLLOW, path, OpenFlags::DIRECTORY, READ | MUTATE) {
            Err(code) => refused(Err::<(), _>(code), REFUSED)?,
            Ok(again) => {
                holds(!again.get_flags()?.contains(DescriptorFlags::MUTATE_DIRECTORY), "the right was not gained")?;
                refused(again.create_directory_at("e"), REFUSED)?;
            }
        }
    }
    Ok(())
}

fn everything_can_be_read() -> Outcome {
    same(open("hello.txt")?.read(5, 0)?.0, b"hello")?;
    let dir = root().open_at(FOLLOW, "d", OpenFlags::DIRECTORY, READ)?;
    let entry = dir.read_directory()?.read_directory_entry()?;
    same(entry.map(|entry| entry.name).as_deref(), Some("in"))
}
