//! `unlinkat`.

use suite::spelling::{NOWHERE, UNLINK};

use crate::tools::*;

#[case]
async fn unlink_file_at_of_a_file(dir: &Descriptor) -> Outcome {
    file(dir, "f", "x").await?;
    dir.unlink_file_at("f").await?;
    same(names(dir).await?.len(), 0)
}

#[case]
async fn unlink_file_at_of_the_tree() -> Outcome {
    root().unlink_file_at("change/unlink").await?;
    fails(root().stat_at(STAY, "change/unlink").await, E::NoEntry)?;
    fails(root().unlink_file_at("change/unlink").await, E::NoEntry)
}

#[case]
async fn unlink_file_at_every_spelling(dir: &Descriptor) -> Outcome {
    spellings(dir, &[UNLINK, NOWHERE], async |dir, path| dir.unlink_file_at(path).await).await
}

#[case]
async fn unlink_file_at_is_directory(dir: &Descriptor) -> Outcome {
    dir.create_directory_at("d").await?;
    fails(dir.unlink_file_at("d").await, E::IsDirectory)?;
    same(names(dir).await?, ["d"])
}

#[case]
async fn unlink_file_at_no_entry(dir: &Descriptor) -> Outcome {
    fails(dir.unlink_file_at("none").await, E::NoEntry)
}

#[case]
async fn unlink_file_at_of_a_link_leaves_its_target(dir: &Descriptor) -> Outcome {
    file(dir, "f", "x").await?;
    dir.symlink_at("f", "l").await?;
    dir.unlink_file_at("l").await?;
    same(names(dir).await?, ["f"])
}

#[case]
async fn unlink_file_at_of_a_link_to_a_directory(dir: &Descriptor) -> Outcome {
    dir.create_directory_at("d").await?;
    dir.symlink_at("d", "l").await?;
    dir.unlink_file_at("l").await?;
    same(names(dir).await?, ["d"])
}

#[case]
async fn unlink_file_at_of_one_of_two_names(dir: &Descriptor) -> Outcome {
    file(dir, "f", "text").await?;
    dir.link_at(STAY, "f", dir, "g").await?;
    dir.unlink_file_at("f").await?;
    same(contents(&dir.open_at(STAY, "g", EXISTING, READ).await?).await?, b"text")
}

#[case]
async fn unlink_file_at_from_a_file(dir: &Descriptor) -> Outcome {
    fails(file(dir, "f", "x").await?.unlink_file_at("f").await, E::NotDirectory)
}

#[case]
async fn unlink_file_at_name_too_long(dir: &Descriptor) -> Outcome {
    fails(dir.unlink_file_at(&"n".repeat(256)).await, E::NameTooLong)
}

#[case]
async fn unlink_file_at_sets_times(dir: &Descriptor) -> Outcome {
    let f = file(dir, "f", "x").await?;
    dir.link_at(STAY, "f", dir, "g").await?;
    dir.set_times(NewTimestamp::Timestamp(THEN), NewTimestamp::Timestamp(THEN)).await?;
    dir.unlink_file_at("f").await?;
    is_now(dir.stat().await?.data_modification_timestamp)?;
    is_now(f.stat().await?.status_change_timestamp)
}
