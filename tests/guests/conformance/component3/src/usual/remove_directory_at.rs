//! `unlinkat` with `AT_REMOVEDIR`.

use suite::spelling::{NOWHERE, REMOVE_DIRECTORY};

use crate::tools::*;

#[case]
async fn remove_directory_at_of_an_empty_one(dir: &Descriptor) -> Outcome {
    dir.create_directory_at("d").await?;
    dir.remove_directory_at("d").await?;
    same(names(dir).await?.len(), 0)
}

#[case]
async fn remove_directory_at_every_spelling(dir: &Descriptor) -> Outcome {
    spellings(dir, &[REMOVE_DIRECTORY, NOWHERE], async |dir, path| dir.remove_directory_at(path).await).await
}

#[case]
async fn remove_directory_at_not_empty(dir: &Descriptor) -> Outcome {
    file(&directory(dir, "d").await?, "f", "x").await?;
    fails(dir.remove_directory_at("d").await, E::NotEmpty)?;
    same(names(dir).await?, ["d"])
}

#[case]
async fn remove_directory_at_of_the_tree_not_empty() -> Outcome {
    fails(root().remove_directory_at("d").await, E::NotEmpty)
}

#[case]
async fn remove_directory_at_of_the_tree_when_emptied() -> Outcome {
    root().unlink_file_at("change/remove/only").await?;
    root().remove_directory_at("change/remove").await?;
    fails(root().stat_at(STAY, "change/remove").await, E::NoEntry)
}

#[case]
async fn remove_directory_at_of_a_file(dir: &Descriptor) -> Outcome {
    file(dir, "f", "x").await?;
    fails(dir.remove_directory_at("f").await, E::NotDirectory)
}

#[case]
async fn remove_directory_at_of_a_link_to_a_directory(dir: &Descriptor) -> Outcome {
    dir.create_directory_at("d").await?;
    dir.symlink_at("d", "l").await?;
    fails(dir.remove_directory_at("l").await, E::NotDirectory)
}

#[case]
async fn remove_directory_at_of_a_link_that_leads_out(dir: &Descriptor) -> Outcome {
    dir.symlink_at("..", "l").await?;
    fails(dir.remove_directory_at("l/").await, E::NotPermitted)
}

#[case]
async fn remove_directory_at_no_entry(dir: &Descriptor) -> Outcome {
    fails(dir.remove_directory_at("none").await, E::NoEntry)
}

#[case]
async fn remove_directory_at_from_a_file(dir: &Descriptor) -> Outcome {
    fails(file(dir, "f", "x").await?.remove_directory_at("d").await, E::NotDirectory)
}

#[case]
async fn remove_directory_at_name_too_long(dir: &Descriptor) -> Outcome {
    fails(dir.remove_directory_at(&"n".repeat(256)).await, E::NameTooLong)
}

#[case]
async fn remove_directory_at_while_open(dir: &Descriptor) -> Outcome {
    let open = directory(dir, "d").await?;
    dir.remove_directory_at("d").await?;
    is(&open.stat().await?.type_, Kind::Directory)?;
    fails(open.open_at(FOLLOW, "f", OpenFlags::CREATE, READ | WRITE).await, E::NoEntry)
}
