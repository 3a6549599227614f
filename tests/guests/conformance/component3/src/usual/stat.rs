//! `fstat` and `fstatat`.

use suite::spelling::{LOOK, LOOK_FOLLOWING, NOWHERE};

use crate::tools::*;

#[case]
async fn stat_of_a_file_of_the_tree() -> Outcome {
    let seen = open("hello.txt").await?.stat().await?;
    is(&seen.type_, Kind::RegularFile)?;
    same(seen.size, 13)?;
    same(seen.link_count, 2)?;
    same_time(seen.data_modification_timestamp, Instant { seconds: 1_000_000_000, nanoseconds: 123_456_789 })
}

#[case]
async fn stat_of_a_directory() -> Outcome {
    is(&root().stat().await?.type_, Kind::Directory)
}

#[case]
async fn stat_of_a_new_file_has_the_present_time(dir: &Descriptor) -> Outcome {
    let seen = file(dir, "f", "").await?.stat().await?;
    is_now(seen.data_access_timestamp)?;
    is_now(seen.data_modification_timestamp)?;
    is_now(seen.status_change_timestamp)
}

#[case]
async fn stat_size_follows_writes(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "0123").await?;
    same(file.stat().await?.size, 4)?;
    write(&file, b"x", 9).await?;
    same(file.stat().await?.size, 10)
}

#[case]
async fn stat_of_an_unlinked_file(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "0123").await?;
    dir.unlink_file_at("f").await?;
    same((file.stat().await?.size, file.stat().await?.link_count), (4, 0))
}

#[case]
async fn stat_at_agrees_with_stat(dir: &Descriptor) -> Outcome {
    let (by_name, open) = (root().stat_at(FOLLOW, "hello.txt").await?, open("hello.txt").await?.stat().await?);
    same((by_name.size, by_name.link_count), (open.size, open.link_count))?;
    let file = file(dir, "f", "text").await?.stat().await?;
    same(dir.stat_at(FOLLOW, "f").await?.size, file.size)
}

#[case]
async fn stat_at_every_spelling(dir: &Descriptor) -> Outcome {
    spellings(dir, &[LOOK_FOLLOWING, NOWHERE], async |dir, path| dir.stat_at(FOLLOW, path).await.map(drop)).await
}

#[case]
async fn stat_at_every_spelling_not_following(dir: &Descriptor) -> Outcome {
    spellings(dir, &[LOOK, NOWHERE], async |dir, path| dir.stat_at(STAY, path).await.map(drop)).await
}

#[case]
async fn stat_at_of_a_link_itself() -> Outcome {
    let seen = root().stat_at(STAY, "link").await?;
    is(&seen.type_, Kind::SymbolicLink)?;
    same(seen.size, "hello.txt".len() as u64)
}

#[case]
async fn stat_at_following_a_link() -> Outcome {
    let seen = root().stat_at(FOLLOW, "link").await?;
    is(&seen.type_, Kind::RegularFile)?;
    same(seen.size, 13)
}

#[case]
async fn stat_at_link_with_a_slash_is_followed() -> Outcome {
    is(&root().stat_at(STAY, "dlink/").await?.type_, Kind::Directory)
}

#[case]
async fn stat_at_no_entry() -> Outcome {
    fails(root().stat_at(FOLLOW, "none").await, E::NoEntry)
}

#[case]
async fn stat_at_dangling_link() -> Outcome {
    fails(root().stat_at(FOLLOW, "dangling").await, E::NoEntry)?;
    is(&root().stat_at(STAY, "dangling").await?.type_, Kind::SymbolicLink)
}

#[case]
async fn stat_at_circle_of_links() -> Outcome {
    fails(root().stat_at(FOLLOW, "loop").await, E::Loop)
}

#[case]
async fn stat_at_link_to_an_absolute_path() -> Outcome {
    fails(root().stat_at(FOLLOW, "absolute").await, E::NotPermitted)
}

#[case]
async fn stat_at_from_a_file() -> Outcome {
    fails(open("hello.txt").await?.stat_at(FOLLOW, "x").await, E::NotDirectory)
}

#[case]
async fn stat_at_name_too_long() -> Outcome {
    fails(root().stat_at(FOLLOW, &"n".repeat(256)).await, E::NameTooLong)
}

#[case]
async fn stat_at_path_too_long() -> Outcome {
    fails(root().stat_at(FOLLOW, &"./".repeat(2500)).await, E::NameTooLong)
}
