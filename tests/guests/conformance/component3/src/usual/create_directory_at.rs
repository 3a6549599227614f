//! `mkdirat`.

use suite::spelling::{MAKE_DIRECTORY, NOWHERE};

use crate::tools::*;

#[case]
async fn create_directory_at_new_name(dir: &Descriptor) -> Outcome {
    dir.create_directory_at("d").await?;
    is(&dir.stat_at(STAY, "d").await?.type_, Kind::Directory)?;
    same(names(&open_dir(dir, "d").await?).await?.len(), 0)
}

#[case]
async fn create_directory_at_every_spelling(dir: &Descriptor) -> Outcome {
    spellings(dir, &[MAKE_DIRECTORY, NOWHERE], async |dir, path| dir.create_directory_at(path).await).await
}

#[case]
async fn create_directory_at_in_a_directory_of_the_tree() -> Outcome {
    let dir = root();
    dir.create_directory_at("change/made").await?;
    is(&dir.stat_at(STAY, "change/made").await?.type_, Kind::Directory)?;
    is(&dir.stat_at(STAY, "change/file").await?.type_, Kind::RegularFile)
}

#[case]
async fn create_directory_at_counts_as_a_link_of_its_parent(dir: &Descriptor) -> Outcome {
    let before = dir.stat().await?.link_count;
    dir.create_directory_at("d").await?;
    holds(dir.stat().await?.link_count == before + 1 || before == 1, "the entry `..` is a link")
}

#[case]
async fn create_directory_at_sets_times_of_its_parent(dir: &Descriptor) -> Outcome {
    dir.set_times(NewTimestamp::Timestamp(THEN), NewTimestamp::Timestamp(THEN)).await?;
    dir.create_directory_at("d").await?;
    is_now(dir.stat().await?.data_modification_timestamp)
}

#[case]
async fn create_directory_at_from_a_file(dir: &Descriptor) -> Outcome {
    fails(file(dir, "f", "x").await?.create_directory_at("d").await, E::NotDirectory)
}

#[case]
async fn create_directory_at_name_of_255_bytes(dir: &Descriptor) -> Outcome {
    dir.create_directory_at(&"n".repeat(255)).await?;
    same(names(dir).await?, ["n".repeat(255)])
}

#[case]
async fn create_directory_at_name_too_long(dir: &Descriptor) -> Outcome {
    fails(dir.create_directory_at(&"n".repeat(256)).await, E::NameTooLong)
}

#[case]
async fn create_directory_at_path_too_long(dir: &Descriptor) -> Outcome {
    fails(dir.create_directory_at(&"./".repeat(2500)).await, E::NameTooLong)
}

#[case]
async fn create_directory_at_in_a_removed_directory(dir: &Descriptor) -> Outcome {
    let removed = directory(dir, "d").await?;
    dir.remove_directory_at("d").await?;
    fails(removed.create_directory_at("e").await, E::NoEntry)
}

#[case]
async fn create_directory_at_through_a_circle_of_links(dir: &Descriptor) -> Outcome {
    dir.symlink_at("b", "a").await?;
    dir.symlink_at("a", "b").await?;
    fails(dir.create_directory_at("a/d").await, E::Loop)
}
