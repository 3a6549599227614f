//! `renameat`.

use suite::spelling::{NOWHERE, RENAME_DIRECTORY_TO, RENAME_FILE_TO, RENAME_OLD};

use crate::tools::*;

#[case]
async fn rename_at_to_a_new_name(dir: &Descriptor) -> Outcome {
    file(dir, "f", "text").await?;
    dir.rename_at("f", dir, "g").await?;
    same(names(dir).await?, ["g"])?;
    same(contents(&dir.open_at(STAY, "g", EXISTING, READ).await?).await?, b"text")
}

#[case]
async fn rename_at_every_spelling_of_the_old_path(dir: &Descriptor) -> Outcome {
    spellings(dir, &[RENAME_OLD, NOWHERE], async |dir, path| dir.rename_at(path, dir, "new").await).await
}

#[case]
async fn rename_at_every_spelling_of_the_new_path_of_a_file(dir: &Descriptor) -> Outcome {
    spellings(dir, &[RENAME_FILE_TO, NOWHERE], async |dir, path| dir.rename_at("f", dir, path).await).await
}

#[case]
async fn rename_at_every_spelling_of_the_new_path_of_a_directory(dir: &Descriptor) -> Outcome {
    spellings(dir, &[RENAME_DIRECTORY_TO, NOWHERE], async |dir, path| dir.rename_at("d", dir, path).await).await
}

#[case]
async fn rename_at_replaces_a_file(dir: &Descriptor) -> Outcome {
    file(dir, "f", "new").await?;
    let old = file(dir, "g", "old").await?;
    dir.rename_at("f", dir, "g").await?;
    same(contents(&dir.open_at(STAY, "g", EXISTING, READ).await?).await?, b"new")?;
    same(contents(&old).await?, b"old")?;
    same(old.stat().await?.link_count, 0)
}

#[case]
async fn rename_at_replaces_an_empty_directory(dir: &Descriptor) -> Outcome {
    file(&directory(dir, "d").await?, "f", "x").await?;
    dir.create_directory_at("e").await?;
    dir.rename_at("d", dir, "e").await?;
    same(names(&open_dir(dir, "e").await?).await?, ["f"])
}

#[case]
async fn rename_at_not_empty(dir: &Descriptor) -> Outcome {
    dir.create_directory_at("d").await?;
    file(&directory(dir, "e").await?, "f", "x").await?;
    fails_with(dir.rename_at("d", dir, "e").await, &[E::NotEmpty, E::Exist])?;
    same(names(dir).await?, ["d", "e"])
}

#[case]
async fn rename_at_file_over_a_directory(dir: &Descriptor) -> Outcome {
    file(dir, "f", "x").await?;
    dir.create_directory_at("d").await?;
    fails(dir.rename_at("f", dir, "d").await, E::IsDirectory)
}

#[case]
async fn rename_at_directory_over_a_file(dir: &Descriptor) -> Outcome {
    dir.create_directory_at("d").await?;
    file(dir, "f", "x").await?;
    fails(dir.rename_at("d", dir, "f").await, E::NotDirectory)
}

#[case]
async fn rename_at_into_itself(dir: &Descriptor) -> Outcome {
    dir.create_directory_at("d").await?;
    fails(dir.rename_at("d", dir, "d/e").await, E::Invalid)
}

#[case]
async fn rename_at_into_what_is_below_itself_by_another_descriptor(dir: &Descriptor) -> Outcome {
    let below = directory(&directory(dir, "d").await?, "e").await?;
    fails(dir.rename_at("d", &below, "f").await, E::Invalid)
}

#[case]
async fn rename_at_over_what_contains_it(dir: &Descriptor) -> Outcome {
    directory(dir, "d").await?.create_directory_at("e").await?;
    fails_with(dir.rename_at("d/e", dir, "d").await, &[E::NotEmpty, E::Exist])
}

#[case]
async fn rename_at_to_the_same_name(dir: &Descriptor) -> Outcome {
    file(dir, "f", "x").await?;
    dir.rename_at("f", dir, "f").await?;
    same(names(dir).await?, ["f"])
}

#[case]
async fn rename_at_to_a_hard_link_of_itself(dir: &Descriptor) -> Outcome {
    // "If oldpath and newpath are existing hard links referring to the same file, then rename() does nothing".
    file(dir, "f", "x").await?;
    dir.link_at(STAY, "f", dir, "g").await?;
    dir.rename_at("f", dir, "g").await?;
    same(names(dir).await?, ["f", "g"])
}

#[case]
async fn rename_at_of_a_link_moves_the_link(dir: &Descriptor) -> Outcome {
    file(dir, "f", "x").await?;
    dir.symlink_at("f", "l").await?;
    dir.rename_at("l", dir, "m").await?;
    same(names(dir).await?, ["f", "m"])?;
    same(dir.readlink_at("m").await?, "f")
}

#[case]
async fn rename_at_over_a_link_replaces_the_link(dir: &Descriptor) -> Outcome {
    file(dir, "f", "x").await?;
    dir.symlink_at("g", "l").await?;
    dir.rename_at("f", dir, "l").await?;
    is(&dir.stat_at(STAY, "l").await?.type_, Kind::RegularFile)
}

#[case]
async fn rename_at_between_directories(dir: &Descriptor) -> Outcome {
    let (a, b) = (directory(dir, "a").await?, directory(dir, "b").await?);
    file(&a, "f", "text").await?;
    a.rename_at("f", &b, "g").await?;
    same(names(&a).await?.len(), 0)?;
    same(names(&b).await?, ["g"])
}

#[case]
async fn rename_at_of_a_directory_with_open_files(dir: &Descriptor) -> Outcome {
    let d = directory(dir, "d").await?;
    let f = file(&d, "f", "text").await?;
    dir.rename_at("d", dir, "e").await?;
    same(contents(&f).await?, b"text")?;
    file(&d, "g", "").await?;
    same(names(&open_dir(dir, "e").await?).await?, ["f", "g"])
}

#[case]
async fn rename_at_of_a_directory_of_the_tree() -> Outcome {
    root().rename_at("change/move", &root(), "change/moved").await?;
    same(contents(&open("change/moved/in/leaf").await?).await?, b"leaf\n")?;
    fails(open("change/move").await, E::NoEntry)
}

#[case]
async fn rename_at_no_entry(dir: &Descriptor) -> Outcome {
    file(dir, "g", "x").await?;
    fails(dir.rename_at("f", dir, "g").await, E::NoEntry)?;
    same(names(dir).await?, ["g"])
}

#[case]
async fn rename_at_new_parent_no_entry(dir: &Descriptor) -> Outcome {
    file(dir, "f", "x").await?;
    fails(dir.rename_at("f", dir, "d/g").await, E::NoEntry)
}

#[case]
async fn rename_at_from_a_file(dir: &Descriptor) -> Outcome {
    fails(file(dir, "f", "x").await?.rename_at("f", dir, "g").await, E::NotDirectory)
}

#[case]
async fn rename_at_to_a_file(dir: &Descriptor) -> Outcome {
    let f = file(dir, "f", "x").await?;
    fails(dir.rename_at("f", &f, "g").await, E::NotDirectory)
}

#[case]
async fn rename_at_name_too_long(dir: &Descriptor) -> Outcome {
    file(dir, "f", "x").await?;
    fails(dir.rename_at("f", dir, &"n".repeat(256)).await, E::NameTooLong)?;
    fails(dir.rename_at(&"n".repeat(256), dir, "g").await, E::NameTooLong)
}

#[case]
async fn rename_at_into_a_removed_directory(dir: &Descriptor) -> Outcome {
    file(dir, "f", "x").await?;
    let removed = directory(dir, "d").await?;
    dir.remove_directory_at("d").await?;
    fails(dir.rename_at("f", &removed, "g").await, E::NoEntry)
}

#[case]
async fn rename_at_sets_times_of_both_parents(dir: &Descriptor) -> Outcome {
    let (a, b) = (directory(dir, "a").await?, directory(dir, "b").await?);
    file(&a, "f", "x").await?;
    for parent in [&a, &b] {
        parent.set_times(NewTimestamp::Timestamp(THEN), NewTimestamp::Timestamp(THEN)).await?;
    }
    a.rename_at("f", &b, "f").await?;
    is_now(a.stat().await?.data_modification_timestamp)?;
    is_now(b.stat().await?.data_modification_timestamp)
}
