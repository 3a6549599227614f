//! The two ends of a write that cannot be done, or that nobody waits for.

use wasip3::clocks::monotonic_clock::wait_for;

use crate::stream::{feed, put, writer};
use crate::tools::*;

#[case]
async fn write_via_stream_of_a_directory() -> Outcome {
    fails_with(write(&root(), b"x", 0).await, &[E::IsDirectory, E::BadDescriptor])
}

#[case]
async fn write_via_stream_of_a_directory_asked_why_first() -> Outcome {
    let (mut to, ending) = writer(&root(), 0);
    fails_with(ending.await, &[E::IsDirectory, E::BadDescriptor])?;
    same(to.write_all(vec![1, 2, 3]).await.len(), 3)
}

#[case]
async fn write_via_stream_without_the_right() -> Outcome {
    let file = open("hello.txt").await?;
    fails(write(&file, b"x", 0).await, E::BadDescriptor)?;
    same(contents(&file).await?, b"hello, image\n")
}

#[case]
async fn write_via_stream_of_a_directory_both_dropped_at_once() -> Outcome {
    let root = root();
    for _ in 0..100 {
        drop(writer(&root, 0));
    }
    is(&root.get_type().await?, Kind::Directory)
}

#[case]
async fn write_via_stream_at_the_largest_offset(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "").await?;
    fails_with(write(&file, b"x", u64::MAX).await, &[E::FileTooLarge, E::Invalid])?;
    same(file.stat().await?.size, 0)
}

#[case]
async fn write_via_stream_takes_nothing_more_after_an_error(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "").await?;
    let (mut to, ending) = writer(&file, u64::MAX - 1);
    let left = to.write_all(vec![0; 100_000]).await;
    holds(!left.is_empty(), "the rest is left")?;
    fails_with(ending.await, &[E::FileTooLarge, E::Invalid])
}

#[case]
async fn write_via_stream_dropped_without_bytes(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "text").await?;
    for _ in 0..100 {
        let (to, ending) = writer(&file, 0);
        drop(to);
        ending.await?;
    }
    same(contents(&file).await?, b"text")
}

#[case]
async fn write_via_stream_both_dropped_without_bytes(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "text").await?;
    for _ in 0..100 {
        drop(writer(&file, 0));
    }
    same(contents(&file).await?, b"text")
}

#[case]
async fn write_via_stream_its_future_dropped_before_bytes_come(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "").await?;
    let (to, ending) = writer(&file, 0);
    drop(ending);
    feed(to, b"text").await;
    // Nothing tells when it is done.
    for _ in 0..5000 {
        if file.stat().await?.size == 4 {
            return same(contents(&file).await?, b"text");
        }
        wait_for(1_000_000).await;
    }
    Err(Saw("that what was taken never came to the file".into()))
}

#[case]
async fn write_via_stream_after_the_descriptor_was_dropped(dir: &Descriptor) -> Outcome {
    let (mut to, ending) = {
        let file = file(dir, "f", "").await?;
        writer(&file, 0)
    };
    put(&mut to, b"text").await?;
    drop(to);
    ending.await?;
    same(contents(&dir.open_at(STAY, "f", EXISTING, READ).await?).await?, b"text")
}

#[case]
async fn write_via_stream_the_descriptor_dropped_in_the_middle(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "").await?;
    let (mut to, ending) = writer(&file, 0);
    put(&mut to, b"one ").await?;
    drop(file);
    put(&mut to, b"two").await?;
    drop(to);
    ending.await?;
    same(contents(&dir.open_at(STAY, "f", EXISTING, READ).await?).await?, b"one two")
}

#[case]
async fn write_via_stream_after_the_name_was_removed(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "").await?;
    let (mut to, ending) = writer(&file, 0);
    put(&mut to, b"one ").await?;
    dir.unlink_file_at("f").await?;
    put(&mut to, b"two").await?;
    drop(to);
    ending.await?;
    same(contents(&file).await?, b"one two")?;
    same(names(dir).await?.len(), 0)
}

#[case]
async fn write_via_stream_after_rename(dir: &Descriptor) -> Outcome {
    let (mut to, ending) = writer(&file(dir, "f", "").await?, 0);
    put(&mut to, b"one ").await?;
    dir.rename_at("f", dir, "g").await?;
    put(&mut to, b"two").await?;
    drop(to);
    ending.await?;
    same(contents(&dir.open_at(STAY, "g", EXISTING, READ).await?).await?, b"one two")
}

#[case]
async fn write_via_stream_goes_on_where_it_was_after_truncation(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "").await?;
    let (mut to, ending) = writer(&file, 0);
    put(&mut to, b"one").await?;
    // What was taken may still be on its way.
    for _ in 0..5000 {
        if file.stat().await?.size == 3 {
            break;
        }
        wait_for(1_000_000).await;
    }
    file.set_size(1).await?;
    put(&mut to, b"two").await?;
    drop(to);
    ending.await?;
    same(contents(&file).await?, b"o\0\0two")
}
