//! `openat`.

use suite::spelling::{NOWHERE, OPEN, OPEN_CREATING};

use crate::tools::*;

const CREATE: OpenFlags = OpenFlags::CREATE;
const EXCLUSIVE: OpenFlags = OpenFlags::EXCLUSIVE;
const TRUNCATE: OpenFlags = OpenFlags::TRUNCATE;
const DIRECTORY: OpenFlags = OpenFlags::DIRECTORY;

#[case]
fn open_at_of_a_file_for_reading() -> Outcome {
    same(contents(&open("hello.txt")?)?, b"hello, image\n")
}

#[case]
fn open_at_every_spelling(dir: &Descriptor) -> Outcome {
    spellings(dir, &[OPEN, NOWHERE], |dir, path| dir.open_at(STAY, path, EXISTING, READ).map(drop))
}

#[case]
fn open_at_every_spelling_creating(dir: &Descriptor) -> Outcome {
    spellings(dir, &[OPEN_CREATING, NOWHERE], |dir, path| dir.open_at(FOLLOW, path, CREATE, READ | WRITE).map(drop))
}

#[case]
fn open_at_no_entry() -> Outcome {
    fails(root().open_at(FOLLOW, "none", EXISTING, READ), E::NoEntry)
}

#[case]
fn open_at_through_a_file() -> Outcome {
    fails(root().open_at(FOLLOW, "hello.txt/x", EXISTING, READ), E::NotDirectory)
}

#[case]
fn open_at_from_a_file() -> Outcome {
    fails(open("hello.txt")?.open_at(FOLLOW, "x", EXISTING, READ), E::NotDirectory)
}

#[case]
fn open_at_from_a_file_of_its_own_place() -> Outcome {
    fails(open("hello.txt")?.open_at(FOLLOW, ".", EXISTING, READ), E::NotDirectory)
}

#[case]
fn open_at_absolute_path() -> Outcome {
    fails(root().open_at(FOLLOW, "/hello.txt", EXISTING, READ), E::NotPermitted)
}

#[case]
fn open_at_above_the_directory(dir: &Descriptor) -> Outcome {
    fails(dir.open_at(FOLLOW, "../../hello.txt", EXISTING, READ), E::NotPermitted)
}

#[case]
fn open_at_link_above_the_directory(dir: &Descriptor) -> Outcome {
    dir.symlink_at("../../hello.txt", "l")?;
    fails(dir.open_at(FOLLOW, "l", EXISTING, READ), E::NotPermitted)?;
    same(contents(&open("w/open_at_link_above_the_directory/l")?)?, b"hello, image\n")
}

#[case]
fn open_at_link_to_an_absolute_path() -> Outcome {
    fails(root().open_at(FOLLOW, "absolute", EXISTING, READ), E::NotPermitted)?;
    fails(root().open_at(FOLLOW, "absolute/x", EXISTING, READ), E::NotPermitted)
}

#[case]
fn open_at_link_not_followed() -> Outcome {
    fails(root().open_at(STAY, "link", EXISTING, READ), E::Loop)
}

#[case]
fn open_at_circle_of_links() -> Outcome {
    fails(root().open_at(FOLLOW, "loop", EXISTING, READ), E::Loop)
}

#[case]
fn open_at_40_links(dir: &Descriptor) -> Outcome {
    chain(dir, 40)?;
    same(contents(&dir.open_at(FOLLOW, "40", EXISTING, READ)?)?, b"end")
}

#[case]
fn open_at_41_links(dir: &Descriptor) -> Outcome {
    chain(dir, 41)?;
    fails(dir.open_at(FOLLOW, "41", EXISTING, READ), E::Loop)
}

fn chain(dir: &Descriptor, links: u32) -> Result<(), E> {
    file(dir, "0", "end")?;
    (1..=links).try_for_each(|link| dir.symlink_at(&(link - 1).to_string(), &link.to_string()))
}

#[case]
fn open_at_name_too_long(dir: &Descriptor) -> Outcome {
    fails(dir.open_at(FOLLOW, &"n".repeat(256), CREATE, READ | WRITE), E::NameTooLong)
}

#[case]
fn open_at_path_too_long(dir: &Descriptor) -> Outcome {
    fails(dir.open_at(FOLLOW, &format!("{}f", "./".repeat(2500)), EXISTING, READ), E::NameTooLong)
}

#[case]
fn open_at_create_makes_an_empty_file(dir: &Descriptor) -> Outcome {
    let file = dir.open_at(FOLLOW, "f", CREATE, READ | WRITE)?;
    same(file.stat()?.size, 0)?;
    same(names(dir)?, ["f"])
}

#[case]
fn open_at_create_keeps_what_is_there(dir: &Descriptor) -> Outcome {
    file(dir, "f", "text")?;
    same(contents(&dir.open_at(FOLLOW, "f", CREATE, READ | WRITE)?)?, b"text")
}

#[case]
fn open_at_create_through_a_dangling_link(dir: &Descriptor) -> Outcome {
    dir.symlink_at("f", "l")?;
    dir.open_at(FOLLOW, "l", CREATE, READ | WRITE)?;
    same(names(dir)?, ["f", "l"])
}

#[case]
fn open_at_create_of_a_directory(dir: &Descriptor) -> Outcome {
    dir.create_directory_at("d")?;
    fails(dir.open_at(FOLLOW, "d", CREATE, READ | WRITE), E::IsDirectory)
}

#[case]
fn open_at_create_in_a_removed_directory(dir: &Descriptor) -> Outcome {
    let removed = directory(dir, "d")?;
    dir.remove_directory_at("d")?;
    fails(removed.open_at(FOLLOW, "f", CREATE, READ | WRITE), E::NoEntry)
}

#[case]
fn open_at_exclusive_new_name(dir: &Descriptor) -> Outcome {
    dir.open_at(FOLLOW, "f", CREATE | EXCLUSIVE, READ | WRITE)?;
    same(names(dir)?, ["f"])
}

#[case]
fn open_at_exclusive_exists(dir: &Descriptor) -> Outcome {
    file(dir, "f", "x")?;
    fails(dir.open_at(FOLLOW, "f", CREATE | EXCLUSIVE, READ | WRITE), E::Exist)
}

#[case]
fn open_at_exclusive_exists_as_a_directory(dir: &Descriptor) -> Outcome {
    dir.create_directory_at("d")?;
    fails(dir.open_at(FOLLOW, "d", CREATE | EXCLUSIVE, READ | WRITE), E::Exist)
}

#[case]
fn open_at_exclusive_exists_as_a_dangling_link(dir: &Descriptor) -> Outcome {
    dir.symlink_at("none", "l")?;
    fails(dir.open_at(FOLLOW, "l", CREATE | EXCLUSIVE, READ | WRITE), E::Exist)?;
    same(names(dir)?, ["l"])
}

#[case]
fn open_at_truncate_empties(dir: &Descriptor) -> Outcome {
    file(dir, "f", "text")?;
    same(dir.open_at(FOLLOW, "f", TRUNCATE, READ | WRITE)?.stat()?.size, 0)
}

#[case]
fn open_at_truncate_of_a_file_of_the_tree() -> Outcome {
    let file = root().open_at(FOLLOW, "change/cut", TRUNCATE, READ | WRITE)?;
    same(file.stat()?.size, 0)?;
    same(contents(&file)?, b"")
}

#[case]
fn open_at_truncate_no_entry(dir: &Descriptor) -> Outcome {
    fails(dir.open_at(FOLLOW, "f", TRUNCATE, READ | WRITE), E::NoEntry)
}

#[case]
fn open_at_truncate_of_a_directory(dir: &Descriptor) -> Outcome {
    dir.create_directory_at("d")?;
    fails(dir.open_at(FOLLOW, "d", TRUNCATE, READ | WRITE), E::IsDirectory)
}

#[case]
fn open_at_truncate_seen_through_another_descriptor(dir: &Descriptor) -> Outcome {
    let f = file(dir, "f", "text")?;
    dir.open_at(FOLLOW, "f", TRUNCATE, WRITE)?;
    same(f.stat()?.size, 0)
}

#[case]
fn open_at_create_and_truncate(dir: &Descriptor) -> Outcome {
    file(dir, "f", "text")?;
    same(dir.open_at(FOLLOW, "f", CREATE | TRUNCATE, READ | WRITE)?.stat()?.size, 0)?;
    same(dir.open_at(FOLLOW, "g", CREATE | TRUNCATE, READ | WRITE)?.stat()?.size, 0)
}

#[case]
fn open_at_exclusive_does_not_truncate(dir: &Descriptor) -> Outcome {
    let f = file(dir, "f", "text")?;
    fails(dir.open_at(FOLLOW, "f", CREATE | EXCLUSIVE | TRUNCATE, READ | WRITE), E::Exist)?;
    same(f.stat()?.size, 4)
}

#[case]
fn open_at_directory_of_a_directory(dir: &Descriptor) -> Outcome {
    dir.create_directory_at("d")?;
    same(dir.open_at(FOLLOW, "d", DIRECTORY, READ)?.get_type()?, DescriptorType::Directory)
}

#[case]
fn open_at_directory_of_a_file() -> Outcome {
    fails(root().open_at(FOLLOW, "hello.txt", DIRECTORY, READ), E::NotDirectory)
}

#[case]
fn open_at_directory_of_a_link_to_a_file() -> Outcome {
    fails(root().open_at(FOLLOW, "link", DIRECTORY, READ), E::NotDirectory)
}

#[case]
fn open_at_directory_of_a_link_to_a_directory() -> Outcome {
    same(names(&root().open_at(FOLLOW, "dlink", DIRECTORY, READ)?)?, ["in.txt", "sub"])
}

#[case]
fn open_at_directory_of_a_link_not_followed() -> Outcome {
    fails_with(root().open_at(STAY, "dlink", DIRECTORY, READ), &[E::NotDirectory, E::Loop])
}

#[case]
fn open_at_directory_no_entry() -> Outcome {
    fails(root().open_at(FOLLOW, "none", DIRECTORY, READ), E::NoEntry)
}

#[case]
fn open_at_directory_and_create(dir: &Descriptor) -> Outcome {
    fails(dir.open_at(FOLLOW, "d", DIRECTORY | CREATE, READ | WRITE), E::Invalid)?;
    same(names(dir)?.len(), 0)
}

#[case]
fn open_at_directory_for_writing(dir: &Descriptor) -> Outcome {
    dir.create_directory_at("d")?;
    fails(dir.open_at(FOLLOW, "d", EXISTING, READ | WRITE), E::IsDirectory)
}

#[case]
fn open_at_one_file_many_times() -> Outcome {
    let all: Vec<_> = (0..100).map(|_| open("hello.txt")).collect::<Result<_, _>>()?;
    all.iter().try_for_each(|file| same(contents(file)?, b"hello, image\n"))
}

#[case]
fn open_at_writes_are_seen_by_every_descriptor(dir: &Descriptor) -> Outcome {
    let one = file(dir, "f", "0123")?;
    let two = dir.open_at(FOLLOW, "f", EXISTING, READ)?;
    one.write(b"ab", 1)?;
    same(contents(&two)?, b"0ab3")
}

#[case]
fn open_at_outlives_the_directory_descriptor(dir: &Descriptor) -> Outcome {
    let inner = directory(dir, "d")?;
    let f = file(&inner, "f", "text")?;
    drop(inner);
    same(contents(&f)?, b"text")
}

#[case]
fn open_at_outlives_its_name(dir: &Descriptor) -> Outcome {
    let f = file(dir, "f", "text")?;
    dir.unlink_file_at("f")?;
    f.write(b"more", 4)?;
    same(contents(&f)?, b"textmore")?;
    same(f.stat()?.link_count, 0)
}

#[case]
fn open_at_directory_without_the_right_to_change(dir: &Descriptor) -> Outcome {
    // The text of `mutate-directory`: without it, what would change anything below fails with `read-only`.
    dir.create_directory_at("d")?;
    let looking = dir.open_at(FOLLOW, "d", DIRECTORY, READ)?;
    fails(looking.create_directory_at("e"), E::ReadOnly)
}
