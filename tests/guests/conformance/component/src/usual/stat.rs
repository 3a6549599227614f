//! `fstat` and `fstatat`.

use suite::spelling::{LOOK, LOOK_FOLLOWING, NOWHERE};

use crate::tools::*;

#[case]
fn stat_of_a_file_of_the_tree() -> Outcome {
    let seen = open("hello.txt")?.stat()?;
    same(seen.type_, DescriptorType::RegularFile)?;
    same(seen.size, 13)?;
    same(seen.link_count, 2)?;
    same_time(seen.data_modification_timestamp, Datetime { seconds: 1_000_000_000, nanoseconds: 123_456_789 })
}

#[case]
fn stat_of_a_directory() -> Outcome {
    same(root().stat()?.type_, DescriptorType::Directory)
}

#[case]
fn stat_of_a_new_file_has_the_present_time(dir: &Descriptor) -> Outcome {
    let seen = file(dir, "f", "")?.stat()?;
    is_now(seen.data_access_timestamp)?;
    is_now(seen.data_modification_timestamp)?;
    is_now(seen.status_change_timestamp)
}

#[case]
fn stat_size_follows_writes(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "0123")?;
    same(file.stat()?.size, 4)?;
    file.write(b"x", 9)?;
    same(file.stat()?.size, 10)
}

#[case]
fn stat_of_an_unlinked_file(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "0123")?;
    dir.unlink_file_at("f")?;
    same((file.stat()?.size, file.stat()?.link_count), (4, 0))
}

#[case]
fn stat_at_agrees_with_stat(dir: &Descriptor) -> Outcome {
    let (by_name, open) = (root().stat_at(FOLLOW, "hello.txt")?, open("hello.txt")?.stat()?);
    same((by_name.size, by_name.link_count), (open.size, open.link_count))?;
    let file = file(dir, "f", "text")?.stat()?;
    same(dir.stat_at(FOLLOW, "f")?.size, file.size)
}

#[case]
fn stat_at_every_spelling(dir: &Descriptor) -> Outcome {
    spellings(dir, &[LOOK_FOLLOWING, NOWHERE], |dir, path| dir.stat_at(FOLLOW, path).map(drop))
}

#[case]
fn stat_at_every_spelling_not_following(dir: &Descriptor) -> Outcome {
    spellings(dir, &[LOOK, NOWHERE], |dir, path| dir.stat_at(STAY, path).map(drop))
}

#[case]
fn stat_at_of_a_link_itself() -> Outcome {
    let seen = root().stat_at(STAY, "link")?;
    same(seen.type_, DescriptorType::SymbolicLink)?;
    same(seen.size, "hello.txt".len() as u64)
}

#[case]
fn stat_at_following_a_link() -> Outcome {
    let seen = root().stat_at(FOLLOW, "link")?;
    same((seen.type_, seen.size), (DescriptorType::RegularFile, 13))
}

#[case]
fn stat_at_link_with_a_slash_is_followed() -> Outcome {
    same(root().stat_at(STAY, "dlink/")?.type_, DescriptorType::Directory)
}

#[case]
fn stat_at_no_entry() -> Outcome {
    fails(root().stat_at(FOLLOW, "none"), E::NoEntry)
}

#[case]
fn stat_at_dangling_link() -> Outcome {
    fails(root().stat_at(FOLLOW, "dangling"), E::NoEntry)?;
    same(root().stat_at(STAY, "dangling")?.type_, DescriptorType::SymbolicLink)
}

#[case]
fn stat_at_circle_of_links() -> Outcome {
    fails(root().stat_at(FOLLOW, "loop"), E::Loop)
}

#[case]
fn stat_at_link_to_an_absolute_path() -> Outcome {
    fails(root().stat_at(FOLLOW, "absolute"), E::NotPermitted)
}

#[case]
fn stat_at_from_a_file() -> Outcome {
    fails(open("hello.txt")?.stat_at(FOLLOW, "x"), E::NotDirectory)
}

#[case]
fn stat_at_name_too_long() -> Outcome {
    fails(root().stat_at(FOLLOW, &"n".repeat(256)), E::NameTooLong)
}

#[case]
fn stat_at_path_too_long() -> Outcome {
    fails(root().stat_at(FOLLOW, &"./".repeat(2500)), E::NameTooLong)
}
