//! `symlinkat`.

use suite::spelling::{NEW_NAME, NOWHERE};

use crate::tools::*;

#[case]
async fn symlink_at_makes_a_link(dir: &Descriptor) -> Outcome {
    file(dir, "f", "text").await?;
    dir.symlink_at("f", "l").await?;
    same(contents(&dir.open_at(FOLLOW, "l", EXISTING, READ).await?).await?, b"text")
}

#[case]
async fn symlink_at_target_need_not_be_there(dir: &Descriptor) -> Outcome {
    dir.symlink_at("none", "l").await?;
    same(dir.readlink_at("l").await?, "none")
}

#[case]
async fn symlink_at_to_itself(dir: &Descriptor) -> Outcome {
    dir.symlink_at("l", "l").await?;
    fails(dir.stat_at(FOLLOW, "l").await, E::Loop)
}

#[case]
async fn symlink_at_every_spelling_of_the_new_path(dir: &Descriptor) -> Outcome {
    spellings(dir, &[NEW_NAME, NOWHERE], async |dir, path| dir.symlink_at("f", path).await).await
}

#[case]
async fn symlink_at_absolute_target(dir: &Descriptor) -> Outcome {
    fails(dir.symlink_at("/etc", "l").await, E::NotPermitted)?;
    same(names(dir).await?.len(), 0)
}

#[case]
async fn symlink_at_empty_target(dir: &Descriptor) -> Outcome {
    fails(dir.symlink_at("", "l").await, E::NoEntry)
}

#[case]
async fn symlink_at_exists(dir: &Descriptor) -> Outcome {
    file(dir, "f", "x").await?;
    fails(dir.symlink_at("g", "f").await, E::Exist)
}

#[case]
async fn symlink_at_exists_as_a_dangling_link(dir: &Descriptor) -> Outcome {
    dir.symlink_at("none", "l").await?;
    fails(dir.symlink_at("f", "l").await, E::Exist)
}

#[case]
async fn symlink_at_parent_no_entry(dir: &Descriptor) -> Outcome {
    fails(dir.symlink_at("f", "d/l").await, E::NoEntry)
}

#[case]
async fn symlink_at_from_a_file(dir: &Descriptor) -> Outcome {
    fails(file(dir, "f", "x").await?.symlink_at("f", "l").await, E::NotDirectory)
}

#[case]
async fn symlink_at_name_too_long(dir: &Descriptor) -> Outcome {
    fails(dir.symlink_at("f", &"n".repeat(256)).await, E::NameTooLong)
}

#[case]
async fn symlink_at_target_too_long(dir: &Descriptor) -> Outcome {
    fails(dir.symlink_at(&"t".repeat(5000), "l").await, E::NameTooLong)
}

#[case]
async fn symlink_at_in_a_removed_directory(dir: &Descriptor) -> Outcome {
    let removed = directory(dir, "d").await?;
    dir.remove_directory_at("d").await?;
    fails(removed.symlink_at("f", "l").await, E::NoEntry)
}

#[case]
async fn symlink_at_relative_to_where_the_link_is(dir: &Descriptor) -> Outcome {
    file(dir, "f", "text").await?;
    directory(dir, "d").await?.symlink_at("../f", "l").await?;
    same(contents(&dir.open_at(FOLLOW, "d/l", EXISTING, READ).await?).await?, b"text")
}
