//! `pread`, as a stream. What the ends of stream and future do when the file is no ordinary one is in `ends` and `changes`.

mod changes;
mod ends;

use wasip3::wit_bindgen::StreamResult;

use crate::stream::{contents_from, take};
use crate::tools::*;

#[case]
async fn read_via_stream_from_the_start() -> Outcome {
    same(contents(&open("hello.txt").await?).await?, b"hello, image\n")
}

#[case]
async fn read_via_stream_from_an_offset() -> Outcome {
    same(contents_from(&open("hello.txt").await?, 7).await?, b"image\n")
}

#[case]
async fn read_via_stream_at_the_end() -> Outcome {
    same(contents_from(&open("hello.txt").await?, 13).await?, b"")
}

#[case]
async fn read_via_stream_beyond_the_end() -> Outcome {
    same(contents_from(&open("hello.txt").await?, 1000).await?, b"")
}

#[case]
async fn read_via_stream_at_an_enormous_offset() -> Outcome {
    same(contents_from(&open("hello.txt").await?, 1 << 62).await?, b"")
}

#[case]
async fn read_via_stream_of_an_empty_file() -> Outcome {
    same(contents(&open("empty.txt").await?).await?, b"")
}

#[case]
async fn read_via_stream_every_byte_of_a_large_file() -> Outcome {
    let all = contents(&open("big.bin").await?).await?;
    same(all.len(), 1_000_003)?;
    holds(all.iter().enumerate().all(|(at, byte)| usize::from(*byte) == at % 251), "each byte is right")
}

#[case]
async fn read_via_stream_of_a_hole(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "a").await?;
    file.set_size(1 << 20).await?;
    let all = contents_from(&file, 1).await?;
    same(all.len(), (1 << 20) - 1)?;
    holds(all.iter().all(|byte| *byte == 0), "the hole is zero")
}

#[case]
async fn read_via_stream_no_more_than_asked() -> Outcome {
    let (mut stream, ending) = open("hello.txt").await?.read_via_stream(0);
    let mut all = Vec::new();
    loop {
        let (result, bytes) = stream.read(Vec::with_capacity(5)).await;
        same(result, if bytes.is_empty() { StreamResult::Dropped } else { StreamResult::Complete(bytes.len()) })?;
        holds(bytes.len() <= 5, "there is room for five")?;
        all.extend(bytes);
        if result == StreamResult::Dropped {
            ending.await?;
            return same(all, b"hello, image\n");
        }
    }
}

#[case]
async fn read_via_stream_one_byte_at_a_time() -> Outcome {
    let (mut stream, ending) = open("hello.txt").await?.read_via_stream(0);
    let mut all = Vec::new();
    while let Some(byte) = stream.next().await {
        all.push(byte);
    }
    ending.await?;
    same(all, b"hello, image\n")
}

#[case]
async fn read_via_stream_a_read_of_no_bytes_takes_none() -> Outcome {
    let (mut stream, ending) = open("hello.txt").await?.read_via_stream(0);
    for _ in 0..3 {
        same(stream.read(Vec::new()).await, (StreamResult::Complete(0), vec![]))?;
    }
    same(stream.collect().await, b"hello, image\n")?;
    Ok(ending.await?)
}

#[case]
async fn read_via_stream_a_read_of_no_bytes_in_the_middle() -> Outcome {
    let (mut stream, ending) = open("hello.txt").await?.read_via_stream(0);
    same(take(&mut stream, 7).await?, b"hello, ")?;
    same(stream.read(Vec::new()).await, (StreamResult::Complete(0), vec![]))?;
    same(stream.collect().await, b"image\n")?;
    Ok(ending.await?)
}

#[case]
async fn read_via_stream_end_stays() -> Outcome {
    let (mut stream, ending) = open("hello.txt").await?.read_via_stream(12);
    same(take(&mut stream, 1).await?, b"\n")?;
    same(stream.read(Vec::with_capacity(4)).await, (StreamResult::Dropped, vec![]))?;
    Ok(ending.await?)
}

#[case]
async fn read_via_stream_does_not_move_anything() -> Outcome {
    let file = open("hello.txt").await?;
    for _ in 0..2 {
        let (mut stream, _) = file.read_via_stream(0);
        same(take(&mut stream, 5).await?, b"hello")?;
    }
    Ok(())
}

#[case]
async fn read_via_stream_two_do_not_interfere() -> Outcome {
    let file = open("hello.txt").await?;
    let ((mut one, first), (mut two, second)) = (file.read_via_stream(0), file.read_via_stream(0));
    same(take(&mut one, 5).await?, b"hello")?;
    same(take(&mut two, 3).await?, b"hel")?;
    same(one.collect().await, b", image\n")?;
    same(two.collect().await, b"lo, image\n")?;
    second.await?;
    Ok(first.await?)
}

#[case]
async fn read_via_stream_many_at_once_by_turns() -> Outcome {
    let file = open("big.bin").await?;
    let mut all: Vec<_> = (0..50).map(|number| (number * 1000, file.read_via_stream(number * 1000))).collect();
    for turn in 0..20 {
        for (offset, (stream, _)) in &mut all {
            let wanted: Vec<_> = (0..100).map(|at| ((*offset + turn * 100 + at) % 251) as u8).collect();
            same(take(stream, 100).await?, wanted)?;
        }
    }
    for (_, (stream, ending)) in all {
        drop(stream);
        ending.await?;
    }
    Ok(())
}

#[case]
async fn read_via_stream_a_slow_reader_beside_a_fast_one() -> Outcome {
    let file = open("big.bin").await?;
    let ((mut slow, first), (fast, second)) = (file.read_via_stream(0), file.read_via_stream(0));
    same(take(&mut slow, 1).await?, [0])?;
    same(fast.collect().await.len(), 1_000_003)?;
    second.await?;
    same(take(&mut slow, 3).await?, [1, 2, 3])?;
    same(slow.collect().await.len(), 999_999)?;
    Ok(first.await?)
}

#[case]
async fn read_via_stream_does_not_change_the_modification_time(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "text").await?;
    file.set_times(NewTimestamp::NoChange, NewTimestamp::Timestamp(THEN)).await?;
    contents(&file).await?;
    same_time(file.stat().await?.data_modification_timestamp, THEN)
}
