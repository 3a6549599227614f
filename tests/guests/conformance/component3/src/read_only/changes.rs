//! What is refused, and leaves everything as it is. Each through the preopen and through a second descriptor.

use NewTimestamp::Now;

use crate::tools::*;

/// `call` is refused from the preopen, and from the same directory opened through it.
async fn refused<T>(call: impl AsyncFn(&Descriptor) -> Result<T, E>) -> Outcome {
    fails(call(&root()).await, E::ReadOnly)?;
    for path in [".", "d/.."] {
        fails(call(&root().open_at(FOLLOW, path, OpenFlags::DIRECTORY, READ).await?).await, E::ReadOnly)?;
    }
    Ok(())
}

#[case]
async fn create_directory_at_read_only() -> Outcome {
    refused(async |dir| dir.create_directory_at("new").await).await?;
    fails(root().stat_at(STAY, "new").await, E::NoEntry)
}

#[case]
async fn symlink_at_read_only() -> Outcome {
    refused(async |dir| dir.symlink_at("hello.txt", "new").await).await
}

#[case]
async fn link_at_read_only() -> Outcome {
    refused(async |dir| dir.link_at(STAY, "hello.txt", dir, "new").await).await?;
    same(root().stat_at(STAY, "hello.txt").await?.link_count, 2)
}

#[case]
async fn rename_at_read_only() -> Outcome {
    refused(async |dir| dir.rename_at("hello.txt", dir, "new").await).await?;
    same(contents(&open("hello.txt").await?).await?, b"hello, image\n")
}

#[case]
async fn rename_at_read_only_over_another() -> Outcome {
    refused(async |dir| dir.rename_at("hello.txt", dir, "empty.txt").await).await?;
    same(open("empty.txt").await?.stat().await?.size, 0)
}

#[case]
async fn unlink_file_at_read_only() -> Outcome {
    refused(async |dir| dir.unlink_file_at("hello.txt").await).await?;
    open("hello.txt").await?;
    Ok(())
}

#[case]
async fn remove_directory_at_read_only() -> Outcome {
    refused(async |dir| dir.remove_directory_at("empty").await).await?;
    open("empty").await?;
    Ok(())
}

#[case]
async fn set_times_at_read_only() -> Outcome {
    refused(async |dir| dir.set_times_at(FOLLOW, "hello.txt", Now, Now).await).await?;
    same(root().stat_at(FOLLOW, "hello.txt").await?.data_modification_timestamp.map(|t| t.seconds), Some(1_000_000_000))
}

#[case]
async fn set_times_read_only_of_a_directory() -> Outcome {
    refused(async |dir| dir.set_times(Now, Now).await).await
}

#[case]
async fn set_times_read_only_of_a_file() -> Outcome {
    fails_with(open("hello.txt").await?.set_times(Now, Now).await, &[E::ReadOnly, E::BadDescriptor])?;
    same(root().stat_at(FOLLOW, "hello.txt").await?.data_modification_timestamp.map(|t| t.seconds), Some(1_000_000_000))
}

#[case]
async fn set_size_read_only() -> Outcome {
    fails_with(open("hello.txt").await?.set_size(0).await, &[E::ReadOnly, E::BadDescriptor, E::Invalid])?;
    same(open("hello.txt").await?.stat().await?.size, 13)
}

#[case]
async fn write_via_stream_read_only() -> Outcome {
    fails_with(write(&open("hello.txt").await?, b"x", 0).await, &[E::ReadOnly, E::BadDescriptor])?;
    same(contents(&open("hello.txt").await?).await?, b"hello, image\n")
}

#[case]
async fn append_via_stream_read_only() -> Outcome {
    fails_with(append(&open("hello.txt").await?, b"x").await, &[E::ReadOnly, E::BadDescriptor])?;
    same(contents(&open("hello.txt").await?).await?, b"hello, image\n")
}

#[case]
async fn open_at_read_only_for_writing() -> Outcome {
    refused(async |dir| dir.open_at(FOLLOW, "hello.txt", EXISTING, READ | WRITE).await).await
}

#[case]
async fn open_at_read_only_create() -> Outcome {
    refused(async |dir| dir.open_at(FOLLOW, "new", OpenFlags::CREATE, READ).await).await?;
    fails(root().stat_at(STAY, "new").await, E::NoEntry)
}

#[case]
async fn open_at_read_only_truncate() -> Outcome {
    refused(async |dir| dir.open_at(FOLLOW, "hello.txt", OpenFlags::TRUNCATE, READ | WRITE).await).await?;
    same(open("hello.txt").await?.stat().await?.size, 13)
}

#[case]
async fn open_at_read_only_directory_to_change() -> Outcome {
    refused(async |dir| dir.open_at(FOLLOW, "d", OpenFlags::DIRECTORY, READ | MUTATE).await).await
}
