//! `write` with `O_APPEND`, as a stream.

use crate::stream::{appender, both, feed, put};
use crate::tools::*;

#[case]
async fn append_via_stream_at_the_end(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "0123").await?;
    append(&file, b"ab").await?;
    same(contents(&file).await?, b"0123ab")
}

#[case]
async fn append_via_stream_in_small_pieces(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", ".").await?;
    let (mut to, ending) = appender(&file);
    for byte in b'a'..=b'z' {
        put(&mut to, &[byte]).await?;
    }
    drop(to);
    ending.await?;
    same(contents(&file).await?, b".abcdefghijklmnopqrstuvwxyz")
}

#[case]
async fn append_via_stream_every_byte_of_much(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "").await?;
    let bytes: Vec<u8> = (0..1_000_003).map(|at: u32| (at % 251) as u8).collect();
    append(&file, &bytes).await?;
    holds(contents(&file).await? == bytes, "each byte is right")
}

#[case]
async fn append_via_stream_one_after_another(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "a").await?;
    for byte in [b"b", b"c", b"d"] {
        append(&file, byte).await?;
    }
    same(contents(&file).await?, b"abcd")
}

#[case]
async fn append_via_stream_finds_the_end_when_bytes_come(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "a").await?;
    let (to, ending) = appender(&file);
    append(&file, b"b").await?;
    write(&file, b"c", 2).await?;
    feed(to, b"d").await;
    ending.await?;
    same(contents(&file).await?, b"abcd")
}

#[case]
async fn append_via_stream_finds_the_end_after_truncation(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "0123").await?;
    let (to, ending) = appender(&file);
    file.set_size(1).await?;
    feed(to, b"a").await;
    ending.await?;
    same(contents(&file).await?, b"0a")
}

#[case]
async fn append_via_stream_two_at_once_lose_nothing(dir: &Descriptor) -> Outcome {
    // Which comes first is open; the order of each is not.
    let file = file(dir, "f", "").await?;
    let rising = |from: u8| (0..200_000).map(move |at: u32| from + (at % 100) as u8).collect::<Vec<u8>>();
    let (low, high) = (rising(0), rising(100));
    let (one, two) = both(append(&file, &low), append(&file, &high)).await;
    one?;
    two?;
    let (ours, others): (Vec<u8>, Vec<u8>) = contents(&file).await?.into_iter().partition(|byte| *byte < 100);
    holds(ours == low && others == high, "each has all its bytes in their order")
}

#[case]
async fn append_via_stream_to_a_file_of_the_tree() -> Outcome {
    let file = root().open_at(FOLLOW, "change/append", EXISTING, READ | WRITE).await?;
    append(&file, b"more\n").await?;
    same(contents(&file).await?, b"append\nmore\n")
}

#[case]
async fn append_via_stream_of_another_files_stream(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "text ").await?;
    let (from, read) = open("hello.txt").await?.read_via_stream(0);
    file.append_via_stream(from).await?;
    read.await?;
    same(contents(&file).await?, b"text hello, image\n")
}

#[case]
async fn append_via_stream_of_a_directory() -> Outcome {
    let root = root();
    fails_with(append(&root, b"x").await, &[E::IsDirectory, E::BadDescriptor])?;
    let (to, ending) = appender(&root);
    fails_with(ending.await, &[E::IsDirectory, E::BadDescriptor])?;
    drop(to);
    Ok(())
}

#[case]
async fn append_via_stream_without_the_right() -> Outcome {
    let file = open("hello.txt").await?;
    fails(append(&file, b"x").await, E::BadDescriptor)?;
    same(contents(&file).await?, b"hello, image\n")
}

#[case]
async fn append_via_stream_dropped_without_bytes(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "text").await?;
    append(&file, b"").await?;
    drop(appender(&file));
    same(contents(&file).await?, b"text")
}

#[case]
async fn append_via_stream_after_the_descriptor_was_dropped(dir: &Descriptor) -> Outcome {
    let (to, ending) = {
        let file = file(dir, "f", "0123").await?;
        appender(&file)
    };
    feed(to, b"ab").await;
    ending.await?;
    same(contents(&dir.open_at(STAY, "f", EXISTING, READ).await?).await?, b"0123ab")
}

#[case]
async fn append_via_stream_after_the_name_was_removed(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "0123").await?;
    let (to, ending) = appender(&file);
    dir.unlink_file_at("f").await?;
    feed(to, b"ab").await;
    ending.await?;
    same(contents(&file).await?, b"0123ab")
}

#[case]
async fn append_via_stream_sets_the_modification_time(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "text").await?;
    file.set_times(NewTimestamp::NoChange, NewTimestamp::Timestamp(THEN)).await?;
    append(&file, b"x").await?;
    is_now(file.stat().await?.data_modification_timestamp)
}
