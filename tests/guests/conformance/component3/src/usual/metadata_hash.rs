//! A hash that says whether a file is the same.

use suite::spelling::{LOOK, LOOK_FOLLOWING, NOWHERE};

use crate::tools::*;

async fn hash(file: &Descriptor) -> Result<(u64, u64), E> {
    file.metadata_hash().await.map(|hash| (hash.lower, hash.upper))
}

async fn hash_at(dir: &Descriptor, flags: PathFlags, path: &str) -> Result<(u64, u64), E> {
    dir.metadata_hash_at(flags, path).await.map(|hash| (hash.lower, hash.upper))
}

#[case]
async fn metadata_hash_stays_while_nothing_changes() -> Outcome {
    same(hash(&open("hello.txt").await?).await?, hash(&open("hello.txt").await?).await?)
}

#[case]
async fn metadata_hash_of_two_files_differs(dir: &Descriptor) -> Outcome {
    holds(hash(&file(dir, "a", "x").await?).await? != hash(&file(dir, "b", "x").await?).await?, "they are two files")
}

#[case]
async fn metadata_hash_of_a_replaced_file_differs(dir: &Descriptor) -> Outcome {
    let old = file(dir, "f", "x").await?;
    dir.unlink_file_at("f").await?;
    holds(hash(&old).await? != hash(&file(dir, "f", "x").await?).await?, "the old one is still open")
}

#[case]
async fn metadata_hash_of_a_directory() -> Outcome {
    holds(hash(&root()).await? != hash(&open("d").await?).await?, "they are two directories")
}

#[case]
async fn metadata_hash_at_is_that_of_the_descriptor() -> Outcome {
    same(hash_at(&root(), FOLLOW, "hello.txt").await?, hash(&open("hello.txt").await?).await?)
}

#[case]
async fn metadata_hash_at_following_a_link() -> Outcome {
    same(hash_at(&root(), FOLLOW, "link").await?, hash(&open("hello.txt").await?).await?)
}

#[case]
async fn metadata_hash_at_of_a_link_itself() -> Outcome {
    holds(hash_at(&root(), STAY, "link").await? != hash(&open("hello.txt").await?).await?, "the link is another file")
}

#[case]
async fn metadata_hash_at_every_spelling(dir: &Descriptor) -> Outcome {
    spellings(dir, &[LOOK_FOLLOWING, NOWHERE], async |dir, path| dir.metadata_hash_at(FOLLOW, path).await.map(drop))
        .await
}

#[case]
async fn metadata_hash_at_every_spelling_not_following(dir: &Descriptor) -> Outcome {
    spellings(dir, &[LOOK, NOWHERE], async |dir, path| dir.metadata_hash_at(STAY, path).await.map(drop)).await
}

#[case]
async fn metadata_hash_at_from_a_file() -> Outcome {
    fails(open("hello.txt").await?.metadata_hash_at(FOLLOW, "x").await, E::NotDirectory)
}

#[case]
async fn metadata_hash_at_name_too_long() -> Outcome {
    fails(root().metadata_hash_at(FOLLOW, &"n".repeat(256)).await, E::NameTooLong)
}

#[case]
async fn metadata_hash_at_circle_of_links() -> Outcome {
    fails(root().metadata_hash_at(FOLLOW, "loop").await, E::Loop)
}
