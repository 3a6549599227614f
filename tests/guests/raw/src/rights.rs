//! What a descriptor was not opened for, neither it nor anything opened from it can do.

use check::{Behaviour, Outcome, holds, same};
use wasip2::filesystem::types::{Descriptor, DescriptorFlags, ErrorCode, NewTimestamp, OpenFlags, PathFlags};

use crate::tree::{FOLLOW, MUTATE, READ, WRITE, file, open, refused, root, scratch};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("flags_are_those_of_the_open", flags_are_those_of_the_open),
    ("write_needs_write", write_needs_write),
    ("read_needs_read", read_needs_read),
    ("mutate_directory_on_a_file_is_accepted", mutate_directory_on_a_file_is_accepted),
    ("changing_entries_needs_mutate_directory", changing_entries_needs_mutate_directory),
    ("creating_needs_mutate_directory", creating_needs_mutate_directory),
    ("renaming_needs_mutate_directory_on_both_sides", renaming_needs_mutate_directory_on_both_sides),
    ("writing_below_needs_mutate_directory", writing_below_needs_mutate_directory),
    ("rights_do_not_grow_by_opening_again", rights_do_not_grow_by_opening_again),
    ("reading_below_is_allowed", reading_below_is_allowed),
];

const REFUSED: &[ErrorCode] = &[ErrorCode::ReadOnly, ErrorCode::NotPermitted];

/// A directory that holds `f` and `d`, opened without the right to change it.
fn looked_at(name: &str) -> Result<(Descriptor, Descriptor), check::Saw> {
    let whole = scratch(name)?;
    file(&whole, "f", "text")?;
    whole.create_directory_at("d")?;
    let looked_at = root().open_at(FOLLOW, &format!("w/{name}"), OpenFlags::DIRECTORY, READ)?;
    Ok((whole, looked_at))
}

fn flags_are_those_of_the_open() -> Outcome {
    let relevant = READ | WRITE | MUTATE;
    same(open("hello.txt")?.get_flags()? & relevant, READ)?;
    let dir = scratch("flags_are_those_of_the_open")?;
    same(dir.get_flags()? & relevant, READ | MUTATE)?;
    same(file(&dir, "f", "x")?.get_flags()? & relevant, READ | WRITE)?;
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

fn mutate_directory_on_a_file_is_accepted() -> Outcome {
    let dir = scratch("mutate_directory_on_a_file_is_accepted")?;
    let file = dir.open_at(FOLLOW, "f", OpenFlags::CREATE, READ | WRITE | MUTATE)?;
    same(file.write(b"x", 0)?, 1)
}

fn changing_entries_needs_mutate_directory() -> Outcome {
    let (_, dir) = looked_at("changing_entries_needs_mutate_directory")?;
    refused(dir.unlink_file_at("f"), REFUSED)?;
    refused(dir.remove_directory_at("d"), REFUSED)?;
    refused(dir.set_times_at(FOLLOW, "f", NewTimestamp::Now, NewTimestamp::Now), REFUSED)?;
    dir.stat_at(FOLLOW, "f")?;
    dir.stat_at(FOLLOW, "d")?;
    Ok(())
}

fn creating_needs_mutate_directory() -> Outcome {
    let (_, dir) = looked_at("creating_needs_mutate_directory")?;
    refused(dir.create_directory_at("e"), REFUSED)?;
    refused(dir.symlink_at("f", "l"), REFUSED)?;
    refused(dir.link_at(PathFlags::empty(), "f", &dir, "g"), REFUSED)?;
    refused(dir.open_at(FOLLOW, "g", OpenFlags::CREATE, READ), REFUSED)?;
    refused(dir.stat_at(FOLLOW, "g"), &[ErrorCode::NoEntry])
}

fn renaming_needs_mutate_directory_on_both_sides() -> Outcome {
    let (whole, dir) = looked_at("renaming_needs_mutate_directory_on_both_sides")?;
    refused(dir.rename_at("f", &whole, "g"), REFUSED)?;
    refused(whole.rename_at("f", &dir, "g"), REFUSED)?;
    dir.stat_at(FOLLOW, "f")?;
    Ok(())
}

fn writing_below_needs_mutate_directory() -> Outcome {
    let (_, dir) = looked_at("writing_below_needs_mutate_directory")?;
    refused(dir.open_at(FOLLOW, "f", OpenFlags::empty(), READ | WRITE), REFUSED)?;
    refused(dir.open_at(FOLLOW, "f", OpenFlags::TRUNCATE, READ), REFUSED)?;
    same(dir.stat_at(FOLLOW, "f")?.size, 4)
}

fn rights_do_not_grow_by_opening_again() -> Outcome {
    let (_, dir) = looked_at("rights_do_not_grow_by_opening_again")?;
    for path in [".", "d"] {
        match dir.open_at(FOLLOW, path, OpenFlags::DIRECTORY, READ | MUTATE) {
            Err(code) => refused(Err::<(), _>(code), REFUSED)?,
            Ok(again) => {
                holds(!again.get_flags()?.contains(DescriptorFlags::MUTATE_DIRECTORY), "the right was not gained")?;
                refused(again.create_directory_at("e"), REFUSED)?;
            }
        }
    }
    Ok(())
}

fn reading_below_is_allowed() -> Outcome {
    let (_, dir) = looked_at("reading_below_is_allowed")?;
    let file = dir.open_at(FOLLOW, "f", OpenFlags::empty(), READ)?;
    same(file.read(10, 0)?.0, b"text")?;
    dir.open_at(FOLLOW, "d", OpenFlags::DIRECTORY, READ)?;
    Ok(())
}
