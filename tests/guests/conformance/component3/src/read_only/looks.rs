//! What is as on any other tree.

use crate::tools::*;

#[case]
async fn get_flags_read_only() -> Outcome {
    holds(!root().get_flags().await?.contains(MUTATE), "it does not say that it can be changed")
}

#[case]
async fn read_via_stream_read_only() -> Outcome {
    same(contents(&open("hello.txt").await?).await?, b"hello, image\n")
}

#[case]
async fn read_directory_read_only() -> Outcome {
    same(names(&open("d").await?).await?, ["in.txt", "sub"])
}

#[case]
async fn stat_at_read_only() -> Outcome {
    same(root().stat_at(FOLLOW, "link").await?.size, 13)
}

#[case]
async fn readlink_at_read_only() -> Outcome {
    same(root().readlink_at("link").await?, "hello.txt")
}

#[case]
async fn sync_read_only() -> Outcome {
    open("hello.txt").await?.sync_data().await?;
    Ok(open("hello.txt").await?.sync().await?)
}

#[case]
async fn open_at_read_only_no_entry() -> Outcome {
    fails(root().open_at(FOLLOW, "none", EXISTING, READ).await, E::NoEntry)
}
