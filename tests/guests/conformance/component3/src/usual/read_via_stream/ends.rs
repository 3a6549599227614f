//! The two ends of a read that is not read to its end, or cannot be.

use crate::stream::{both, take};
use crate::tools::*;

#[case]
async fn read_via_stream_of_a_directory() -> Outcome {
    let (stream, ending) = root().read_via_stream(0);
    same(stream.collect().await, b"")?;
    fails_with(ending.await, &[E::IsDirectory, E::BadDescriptor])
}

#[case]
async fn read_via_stream_of_a_directory_asked_why_first() -> Outcome {
    let (stream, ending) = root().read_via_stream(0);
    fails_with(ending.await, &[E::IsDirectory, E::BadDescriptor])?;
    same(stream.collect().await, b"")
}

#[case]
async fn read_via_stream_without_the_right(dir: &Descriptor) -> Outcome {
    file(dir, "f", "x").await?;
    let (stream, ending) = dir.open_at(FOLLOW, "f", EXISTING, WRITE).await?.read_via_stream(0);
    same(stream.collect().await, b"")?;
    fails(ending.await, E::BadDescriptor)
}

#[case]
async fn read_via_stream_at_an_offset_that_no_file_has() -> Outcome {
    for offset in [(1 << 63) - 1, 1 << 63, u64::MAX] {
        let (stream, ending) = open("hello.txt").await?.read_via_stream(offset);
        same(stream.collect().await, b"")?;
        fails(ending.await, E::Invalid)?;
    }
    Ok(())
}

#[case]
async fn read_via_stream_dropped_before_its_end() -> Outcome {
    let (mut stream, ending) = open("big.bin").await?.read_via_stream(0);
    same(take(&mut stream, 2).await?, [0, 1])?;
    drop(stream);
    Ok(ending.await?)
}

#[case]
async fn read_via_stream_dropped_unread() -> Outcome {
    let (stream, ending) = open("hello.txt").await?.read_via_stream(0);
    drop(stream);
    Ok(ending.await?)
}

#[case]
async fn read_via_stream_its_future_dropped_before_the_stream_is_read() -> Outcome {
    let (stream, ending) = open("hello.txt").await?.read_via_stream(0);
    drop(ending);
    same(stream.collect().await, b"hello, image\n")
}

#[case]
async fn read_via_stream_its_future_dropped_in_the_middle() -> Outcome {
    let (mut stream, ending) = open("big.bin").await?.read_via_stream(0);
    same(take(&mut stream, 2).await?, [0, 1])?;
    drop(ending);
    same(stream.collect().await.len(), 1_000_001)
}

#[case]
async fn read_via_stream_both_dropped_unread() -> Outcome {
    let file = open("hello.txt").await?;
    for _ in 0..100 {
        drop(file.read_via_stream(0));
    }
    same(contents(&file).await?, b"hello, image\n")
}

#[case]
async fn read_via_stream_of_a_directory_both_dropped_unread() -> Outcome {
    let root = root();
    for _ in 0..100 {
        drop(root.read_via_stream(0));
    }
    is(&root.get_type().await?, Kind::Directory)
}

#[case]
async fn read_via_stream_its_future_awaited_while_the_stream_is_read() -> Outcome {
    let (stream, ending) = open("big.bin").await?.read_via_stream(0);
    let (result, bytes) = both(ending.into_future(), stream.collect()).await;
    result?;
    same(bytes.len(), 1_000_003)
}

#[case]
async fn read_via_stream_its_future_awaited_long_after_the_end() -> Outcome {
    let (stream, ending) = open("hello.txt").await?.read_via_stream(0);
    same(stream.collect().await.len(), 13)?;
    same(contents(&open("big.bin").await?).await?.len(), 1_000_003)?;
    Ok(ending.await?)
}

#[case]
async fn read_via_stream_after_the_descriptor_was_dropped() -> Outcome {
    let (stream, ending) = {
        let file = open("big.bin").await?;
        file.read_via_stream(0)
    };
    same(stream.collect().await.len(), 1_000_003)?;
    Ok(ending.await?)
}

#[case]
async fn read_via_stream_the_descriptor_dropped_in_the_middle() -> Outcome {
    let file = open("big.bin").await?;
    let (mut stream, ending) = file.read_via_stream(0);
    same(take(&mut stream, 2).await?, [0, 1])?;
    drop(file);
    same(stream.collect().await.len(), 1_000_001)?;
    Ok(ending.await?)
}
