//! `openat`.

use suite::spelling::{NOWHERE, OPEN, OPEN_CREATING};

use crate::tools::*;

const CREATE: OpenFlags = OpenFlags::CREATE;
const EXCLUSIVE: OpenFlags = OpenFlags::EXCLUSIVE;
const TRUNCATE: OpenFlags = OpenFlags::TRUNCATE;
const DIRECTORY: OpenFlags = OpenFlags::DIRECTORY;

#[case]
async fn open_at_of_a_file_for_reading() -> Outcome {
    same(contents(&open("hello.txt").await?).await?, b"hello, image\n")
}

#[case]
async fn open_at_every_spelling(dir: &Descriptor) -> Outcome {
    spellings(dir, &[OPEN, NOWHERE], async |dir, path| dir.open_at(STAY, path, EXISTING, READ).await.map(drop)).await
}

#[case]
async fn open_at_every_spelling_creating(dir: &Descriptor) -> Outcome {
    spellings(dir, &[OPEN_CREATING, NOWHERE], async |dir, path| {
        dir.open_at(FOLLOW, path, CREATE, READ | WRITE).await.map(drop)
    })
    .await
}

#[case]
async fn open_at_no_entry() -> Outcome {
    fails(root().open_at(FOLLOW, "none", EXISTING, READ).await, E::NoEntry)
}

#[case]
async fn open_at_through_a_file() -> Outcome {
    fails(root().open_at(FOLLOW, "hello.txt/x", EXISTING, READ).await, E::NotDirectory)
}

#[case]
async fn open_at_from_a_file() -> Outcome {
    fails(open("hello.txt").await?.open_at(FOLLOW, "x", EXISTING, READ).await, E::NotDirectory)
}

#[case]
async fn open_at_from_a_file_of_its_own_place() -> Outcome {
    fails(open("hello.txt").await?.open_at(FOLLOW, ".", EXISTING, READ).await, E::NotDirectory)
}

#[case]
async fn open_at_absolute_path() -> Outcome {
    fails(root().open_at(FOLLOW, "/hello.txt", EXISTING, READ).await, E::NotPermitted)
}

#[case]
async fn open_at_above_the_directory(dir: &Descriptor) -> Outcome {
    fails(dir.open_at(FOLLOW, "../../hello.txt", EXISTING, READ).await, E::NotPermitted)
}

#[case]
async fn open_at_link_above_the_directory(dir: &Descriptor) -> Outcome {
    dir.symlink_at("../../hello.txt", "l").await?;
    fails(dir.open_at(FOLLOW, "l", EXISTING, READ).await, E::NotPermitted)?;
    same(contents(&open("w/open_at_link_above_the_directory/l").await?).await?, b"hello, image\n")
}

#[case]
async fn open_at_link_to_an_absolute_path() -> Outcome {
    fails(root().open_at(FOLLOW, "absolute", EXISTING, READ).await, E::NotPermitted)?;
    fails(root().open_at(FOLLOW, "absolute/x", EXISTING, READ).await, E::NotPermitted)
}

#[case]
async fn open_at_link_not_followed() -> Outcome {
    fails(root().open_at(STAY, "link", EXISTING, READ).await, E::Loop)
}

#[case]
async fn open_at_circle_of_links() -> Outcome {
    fails(root().open_at(FOLLOW, "loop", EXISTING, READ).await, E::Loop)
}

#[case]
async fn open_at_40_links(dir: &Descriptor) -> Outcome {
    chain(dir, 40).await?;
    same(contents(&dir.open_at(FOLLOW, "40", EXISTING, READ).await?).await?, b"end")
}

#[case]
async fn open_at_41_links(dir: &Descriptor) -> Outcome {
    chain(dir, 41).await?;
    fails(dir.open_at(FOLLOW, "41", EXISTING, READ).await, E::Loop)
}

async fn chain(dir: &Descriptor, links: u32) -> Result<(), E> {
    file(dir, "0", "end").await?;
    for link in 1..=links {
        dir.symlink_at(&(link - 1).to_string(), &link.to_string()).await?;
    }
    Ok(())
}

#[case]
async fn open_at_name_too_long(dir: &Descriptor) -> Outcome {
    fails(dir.open_at(FOLLOW, &"n".repeat(256), CREATE, READ | WRITE).await, E::NameTooLong)
}

#[case]
async fn open_at_path_too_long(dir: &Descriptor) -> Outcome {
    fails(dir.open_at(FOLLOW, &format!("{}f", "./".repeat(2500)), EXISTING, READ).await, E::NameTooLong)
}

#[case]
async fn open_at_create_makes_an_empty_file(dir: &Descriptor) -> Outcome {
    let file = dir.open_at(FOLLOW, "f", CREATE, READ | WRITE).await?;
    same(file.stat().await?.size, 0)?;
    same(names(dir).await?, ["f"])
}

#[case]
async fn open_at_create_keeps_what_is_there(dir: &Descriptor) -> Outcome {
    file(dir, "f", "text").await?;
    same(contents(&dir.open_at(FOLLOW, "f", CREATE, READ | WRITE).await?).await?, b"text")
}

#[case]
async fn open_at_create_through_a_dangling_link(dir: &Descriptor) -> Outcome {
    dir.symlink_at("f", "l").await?;
    dir.open_at(FOLLOW, "l", CREATE, READ | WRITE).await?;
    same(names(dir).await?, ["f", "l"])
}

#[case]
async fn open_at_create_of_a_directory(dir: &Descriptor) -> Outcome {
    dir.create_directory_at("d").await?;
    fails(dir.open_at(FOLLOW, "d", CREATE, READ | WRITE).await, E::IsDirectory)
}

#[case]
async fn open_at_create_in_a_removed_directory(dir: &Descriptor) -> Outcome {
    let removed = directory(dir, "d").await?;
    dir.remove_directory_at("d").await?;
    fails(removed.open_at(FOLLOW, "f", CREATE, READ | WRITE).await, E::NoEntry)
}

#[case]
async fn open_at_exclusive_new_name(dir: &Descriptor) -> Outcome {
    dir.open_at(FOLLOW, "f", CREATE | EXCLUSIVE, READ | WRITE).await?;
    same(names(dir).await?, ["f"])
}

#[case]
async fn open_at_exclusive_exists(dir: &Descriptor) -> Outcome {
    file(dir, "f", "x").await?;
    fails(dir.open_at(FOLLOW, "f", CREATE | EXCLUSIVE, READ | WRITE).await, E::Exist)
}

#[case]
async fn open_at_exclusive_exists_as_a_directory(dir: &Descriptor) -> Outcome {
    dir.create_directory_at("d").await?;
    fails(dir.open_at(FOLLOW, "d", CREATE | EXCLUSIVE, READ | WRITE).await, E::Exist)
}

#[case]
async fn open_at_exclusive_exists_as_a_dangling_link(dir: &Descriptor) -> Outcome {
    dir.symlink_at("none", "l").await?;
    fails(dir.open_at(FOLLOW, "l", CREATE | EXCLUSIVE, READ | WRITE).await, E::Exist)?;
    same(names(dir).await?, ["l"])
}

#[case]
async fn open_at_truncate_empties(dir: &Descriptor) -> Outcome {
    file(dir, "f", "text").await?;
    same(dir.open_at(FOLLOW, "f", TRUNCATE, READ | WRITE).await?.stat().await?.size, 0)
}

#[case]
async fn open_at_truncate_of_a_file_of_the_tree() -> Outcome {
    let file = root().open_at(FOLLOW, "change/cut", TRUNCATE, READ | WRITE).await?;
    same(file.stat().await?.size, 0)?;
    same(contents(&file).await?, b"")
}

#[case]
async fn open_at_truncate_no_entry(dir: &Descriptor) -> Outcome {
    fails(dir.open_at(FOLLOW, "f", TRUNCATE, READ | WRITE).await, E::NoEntry)
}

#[case]
async fn open_at_truncate_of_a_directory(dir: &Descriptor) -> Outcome {
    dir.create_directory_at("d").await?;
    fails(dir.open_at(FOLLOW, "d", TRUNCATE, READ | WRITE).await, E::IsDirectory)
}

#[case]
async fn open_at_truncate_seen_through_another_descriptor(dir: &Descriptor) -> Outcome {
    let f = file(dir, "f", "text").await?;
    dir.open_at(FOLLOW, "f", TRUNCATE, WRITE).await?;
    same(f.stat().await?.size, 0)
}

#[case]
async fn open_at_create_and_truncate(dir: &Descriptor) -> Outcome {
    file(dir, "f", "text").await?;
    same(dir.open_at(FOLLOW, "f", CREATE | TRUNCATE, READ | WRITE).await?.stat().await?.size, 0)?;
    same(dir.open_at(FOLLOW, "g", CREATE | TRUNCATE, READ | WRITE).await?.stat().await?.size, 0)
}

#[case]
async fn open_at_exclusive_does_not_truncate(dir: &Descriptor) -> Outcome {
    let f = file(dir, "f", "text").await?;
    fails(dir.open_at(FOLLOW, "f", CREATE | EXCLUSIVE | TRUNCATE, READ | WRITE).await, E::Exist)?;
    same(f.stat().await?.size, 4)
}

#[case]
async fn open_at_directory_of_a_directory(dir: &Descriptor) -> Outcome {
    dir.create_directory_at("d").await?;
    is(&dir.open_at(FOLLOW, "d", DIRECTORY, READ).await?.get_type().await?, Kind::Directory)
}

#[case]
async fn open_at_directory_of_a_file() -> Outcome {
    fails(root().open_at(FOLLOW, "hello.txt", DIRECTORY, READ).await, E::NotDirectory)
}

#[case]
async fn open_at_directory_of_a_link_to_a_file() -> Outcome {
    fails(root().open_at(FOLLOW, "link", DIRECTORY, READ).await, E::NotDirectory)
}

#[case]
async fn open_at_directory_of_a_link_to_a_directory() -> Outcome {
    same(names(&root().open_at(FOLLOW, "dlink", DIRECTORY, READ).await?).await?, ["in.txt", "sub"])
}

#[case]
async fn open_at_directory_of_a_link_not_followed() -> Outcome {
    fails_with(root().open_at(STAY, "dlink", DIRECTORY, READ).await, &[E::NotDirectory, E::Loop])
}

#[case]
async fn open_at_directory_no_entry() -> Outcome {
    fails(root().open_at(FOLLOW, "none", DIRECTORY, READ).await, E::NoEntry)
}

#[case]
async fn open_at_directory_and_create(dir: &Descriptor) -> Outcome {
    fails(dir.open_at(FOLLOW, "d", DIRECTORY | CREATE, READ | WRITE).await, E::Invalid)?;
    same(names(dir).await?.len(), 0)
}

#[case]
async fn open_at_directory_for_writing(dir: &Descriptor) -> Outcome {
    dir.create_directory_at("d").await?;
    fails(dir.open_at(FOLLOW, "d", EXISTING, READ | WRITE).await, E::IsDirectory)
}

#[case]
async fn open_at_one_file_many_times() -> Outcome {
    let mut all = Vec::new();
    for _ in 0..100 {
        all.push(open("hello.txt").await?);
    }
    for file in &all {
        same(contents(file).await?, b"hello, image\n")?;
    }
    Ok(())
}

#[case]
async fn open_at_writes_are_seen_by_every_descriptor(dir: &Descriptor) -> Outcome {
    let one = file(dir, "f", "0123").await?;
    let two = dir.open_at(FOLLOW, "f", EXISTING, READ).await?;
    write(&one, b"ab", 1).await?;
    same(contents(&two).await?, b"0ab3")
}

#[case]
async fn open_at_outlives_the_directory_descriptor(dir: &Descriptor) -> Outcome {
    let inner = directory(dir, "d").await?;
    let f = file(&inner, "f", "text").await?;
    drop(inner);
    same(contents(&f).await?, b"text")
}

#[case]
async fn open_at_outlives_its_name(dir: &Descriptor) -> Outcome {
    let f = file(dir, "f", "text").await?;
    dir.unlink_file_at("f").await?;
    write(&f, b"more", 4).await?;
    same(contents(&f).await?, b"textmore")?;
    same(f.stat().await?.link_count, 0)
}

#[case]
async fn open_at_directory_without_the_right_to_change(dir: &Descriptor) -> Outcome {
    // The text of `mutate-directory`: without it, what would change anything below fails with `read-only`.
    dir.create_directory_at("d").await?;
    let looking = dir.open_at(FOLLOW, "d", DIRECTORY, READ).await?;
    fails(looking.create_directory_at("e").await, E::ReadOnly)
}
