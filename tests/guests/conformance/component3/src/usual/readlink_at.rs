//! `readlinkat`.

use suite::spelling::{NOWHERE, READ_LINK};

use crate::tools::*;

#[case]
async fn readlink_at_of_a_link_of_the_tree() -> Outcome {
    same(root().readlink_at("link").await?, "hello.txt")
}

#[case]
async fn readlink_at_of_a_new_link(dir: &Descriptor) -> Outcome {
    dir.symlink_at("some/where/../else/", "l").await?;
    same(dir.readlink_at("l").await?, "some/where/../else/")
}

#[case]
async fn readlink_at_every_spelling(dir: &Descriptor) -> Outcome {
    spellings(dir, &[READ_LINK, NOWHERE], async |dir, path| dir.readlink_at(path).await.map(drop)).await
}

#[case]
async fn readlink_at_absolute_target() -> Outcome {
    fails(root().readlink_at("absolute").await, E::NotPermitted)
}

#[case]
async fn readlink_at_of_a_file() -> Outcome {
    fails(root().readlink_at("hello.txt").await, E::Invalid)
}

#[case]
async fn readlink_at_of_a_directory() -> Outcome {
    fails(root().readlink_at("d").await, E::Invalid)
}

#[case]
async fn readlink_at_no_entry() -> Outcome {
    fails(root().readlink_at("none").await, E::NoEntry)
}

#[case]
async fn readlink_at_from_a_file() -> Outcome {
    fails(open("hello.txt").await?.readlink_at("x").await, E::NotDirectory)
}

#[case]
async fn readlink_at_name_too_long() -> Outcome {
    fails(root().readlink_at(&"n".repeat(256)).await, E::NameTooLong)
}

#[case]
async fn readlink_at_of_a_circle() -> Outcome {
    same(root().readlink_at("loop").await?, "loop")
}

#[case]
async fn readlink_at_target_of_4095_bytes(dir: &Descriptor) -> Outcome {
    let target = "t/".repeat(2047) + "t";
    dir.symlink_at(&target, "l").await?;
    same(dir.readlink_at("l").await?, target)
}
