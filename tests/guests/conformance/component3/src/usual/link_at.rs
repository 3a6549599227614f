//! `linkat`.

use suite::spelling::{LINK_OLD, NEW_NAME, NOWHERE};

use crate::tools::*;

#[case]
async fn link_at_gives_a_second_name(dir: &Descriptor) -> Outcome {
    let f = file(dir, "f", "text").await?;
    dir.link_at(STAY, "f", dir, "g").await?;
    same(f.stat().await?.link_count, 2)?;
    write(&f, b"TE", 0).await?;
    same(contents(&dir.open_at(STAY, "g", EXISTING, READ).await?).await?, b"TExt")?;
    dir.unlink_file_at("f").await?;
    same(f.stat().await?.link_count, 1)
}

#[case]
async fn link_at_of_a_file_of_the_tree(dir: &Descriptor) -> Outcome {
    root().link_at(STAY, "d/in.txt", dir, "g").await?;
    same(contents(&dir.open_at(STAY, "g", EXISTING, READ).await?).await?, b"in\n")
}

#[case]
async fn link_at_every_spelling_of_the_old_path(dir: &Descriptor) -> Outcome {
    spellings(dir, &[LINK_OLD, NOWHERE], async |dir, path| dir.link_at(STAY, path, dir, "new").await).await
}

#[case]
async fn link_at_every_spelling_of_the_new_path(dir: &Descriptor) -> Outcome {
    spellings(dir, &[NEW_NAME, NOWHERE], async |dir, path| dir.link_at(STAY, "f", dir, path).await).await
}

#[case]
async fn link_at_no_entry(dir: &Descriptor) -> Outcome {
    fails(dir.link_at(STAY, "none", dir, "g").await, E::NoEntry)
}

#[case]
async fn link_at_new_path_exists(dir: &Descriptor) -> Outcome {
    file(dir, "f", "f").await?;
    file(dir, "g", "g").await?;
    fails(dir.link_at(STAY, "f", dir, "g").await, E::Exist)?;
    same(contents(&dir.open_at(STAY, "g", EXISTING, READ).await?).await?, b"g")
}

#[case]
async fn link_at_to_its_own_name(dir: &Descriptor) -> Outcome {
    file(dir, "f", "f").await?;
    fails(dir.link_at(STAY, "f", dir, "f").await, E::Exist)
}

#[case]
async fn link_at_of_a_directory(dir: &Descriptor) -> Outcome {
    dir.create_directory_at("d").await?;
    fails(dir.link_at(STAY, "d", dir, "e").await, E::NotPermitted)
}

#[case]
async fn link_at_of_a_link_itself(dir: &Descriptor) -> Outcome {
    dir.symlink_at("target", "l").await?;
    dir.link_at(STAY, "l", dir, "m").await?;
    same(dir.readlink_at("m").await?, "target")
}

#[case]
async fn link_at_following_a_link(dir: &Descriptor) -> Outcome {
    file(dir, "f", "text").await?;
    dir.symlink_at("f", "l").await?;
    dir.link_at(FOLLOW, "l", dir, "g").await?;
    is(&dir.stat_at(STAY, "g").await?.type_, Kind::RegularFile)?;
    same(dir.stat_at(STAY, "f").await?.link_count, 2)
}

#[case]
async fn link_at_following_a_link_to_a_directory(dir: &Descriptor) -> Outcome {
    dir.create_directory_at("d").await?;
    dir.symlink_at("d", "l").await?;
    fails(dir.link_at(FOLLOW, "l", dir, "g").await, E::NotPermitted)
}

#[case]
async fn link_at_into_another_directory(dir: &Descriptor) -> Outcome {
    let (a, b) = (directory(dir, "a").await?, directory(dir, "b").await?);
    file(&a, "f", "text").await?;
    a.link_at(STAY, "f", &b, "g").await?;
    same(names(&a).await?, ["f"])?;
    same(names(&b).await?, ["g"])
}

#[case]
async fn link_at_from_a_file(dir: &Descriptor) -> Outcome {
    fails(file(dir, "f", "x").await?.link_at(STAY, "f", dir, "g").await, E::NotDirectory)
}

#[case]
async fn link_at_to_a_file(dir: &Descriptor) -> Outcome {
    let f = file(dir, "f", "x").await?;
    fails(dir.link_at(STAY, "f", &f, "g").await, E::NotDirectory)
}

#[case]
async fn link_at_new_name_too_long(dir: &Descriptor) -> Outcome {
    file(dir, "f", "x").await?;
    fails(dir.link_at(STAY, "f", dir, &"n".repeat(256)).await, E::NameTooLong)
}

#[case]
async fn link_at_into_a_removed_directory(dir: &Descriptor) -> Outcome {
    file(dir, "f", "x").await?;
    let removed = directory(dir, "d").await?;
    dir.remove_directory_at("d").await?;
    fails(dir.link_at(STAY, "f", &removed, "g").await, E::NoEntry)
}

#[case]
async fn link_at_sets_the_status_change_time(dir: &Descriptor) -> Outcome {
    let f = file(dir, "f", "x").await?;
    f.set_times(NewTimestamp::Timestamp(THEN), NewTimestamp::Timestamp(THEN)).await?;
    dir.link_at(STAY, "f", dir, "g").await?;
    is_now(f.stat().await?.status_change_timestamp)?;
    same_time(f.stat().await?.data_modification_timestamp, THEN)
}
