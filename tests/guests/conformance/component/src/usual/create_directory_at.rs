//! `mkdirat`.

use suite::spelling::{MAKE_DIRECTORY, NOWHERE};

use crate::tools::*;

#[case]
fn create_directory_at_new_name(dir: &Descriptor) -> Outcome {
    dir.create_directory_at("d")?;
    same(dir.stat_at(STAY, "d")?.type_, DescriptorType::Directory)?;
    same(names(&open_dir(dir, "d")?)?.len(), 0)
}

#[case]
fn create_directory_at_every_spelling(dir: &Descriptor) -> Outcome {
    spellings(dir, &[MAKE_DIRECTORY, NOWHERE], |dir, path| dir.create_directory_at(path))
}

#[case]
fn create_directory_at_in_a_directory_of_the_tree() -> Outcome {
    let dir = root();
    dir.create_directory_at("change/made")?;
    same(dir.stat_at(STAY, "change/made")?.type_, DescriptorType::Directory)?;
    same(dir.stat_at(STAY, "change/file")?.type_, DescriptorType::RegularFile)
}

#[case]
fn create_directory_at_counts_as_a_link_of_its_parent(dir: &Descriptor) -> Outcome {
    let before = dir.stat()?.link_count;
    dir.create_directory_at("d")?;
    holds(dir.stat()?.link_count == before + 1 || before == 1, "the entry `..` is a link")
}

#[case]
fn create_directory_at_sets_times_of_its_parent(dir: &Descriptor) -> Outcome {
    dir.set_times(NewTimestamp::Timestamp(THEN), NewTimestamp::Timestamp(THEN))?;
    dir.create_directory_at("d")?;
    is_now(dir.stat()?.data_modification_timestamp)
}

#[case]
fn create_directory_at_from_a_file(dir: &Descriptor) -> Outcome {
    fails(file(dir, "f", "x")?.create_directory_at("d"), E::NotDirectory)
}

#[case]
fn create_directory_at_name_of_255_bytes(dir: &Descriptor) -> Outcome {
    dir.create_directory_at(&"n".repeat(255))?;
    same(names(dir)?, ["n".repeat(255)])
}

#[case]
fn create_directory_at_name_too_long(dir: &Descriptor) -> Outcome {
    fails(dir.create_directory_at(&"n".repeat(256)), E::NameTooLong)
}

#[case]
fn create_directory_at_path_too_long(dir: &Descriptor) -> Outcome {
    fails(dir.create_directory_at(&"./".repeat(2500)), E::NameTooLong)
}

#[case]
fn create_directory_at_in_a_removed_directory(dir: &Descriptor) -> Outcome {
    let removed = directory(dir, "d")?;
    dir.remove_directory_at("d")?;
    fails(removed.create_directory_at("e"), E::NoEntry)
}

#[case]
fn create_directory_at_through_a_circle_of_links(dir: &Descriptor) -> Outcome {
    dir.symlink_at("b", "a")?;
    dir.symlink_at("a", "b")?;
    fails(dir.create_directory_at("a/d"), E::Loop)
}
