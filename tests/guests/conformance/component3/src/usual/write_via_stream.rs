//! `pwrite`, as a stream. What the ends of stream and future do when it is no ordinary one is in `ends`.

mod ends;

use wasip3::wit_bindgen::StreamResult;

use crate::stream::{both, feed, put, take, writer};
use crate::tools::*;

#[case]
async fn write_via_stream_into_an_empty_file(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "").await?;
    write(&file, b"text", 0).await?;
    same(contents(&file).await?, b"text")
}

#[case]
async fn write_via_stream_over_a_part(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "0123456789").await?;
    write(&file, b"ab", 3).await?;
    same(contents(&file).await?, b"012ab56789")
}

#[case]
async fn write_via_stream_over_the_end(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "0123").await?;
    write(&file, b"abcd", 2).await?;
    same(contents(&file).await?, b"01abcd")
}

#[case]
async fn write_via_stream_beyond_the_end_fills_with_zeroes(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "ab").await?;
    write(&file, b"end", 100_000).await?;
    let all = contents(&file).await?;
    same(all.len(), 100_003)?;
    holds(all[2..100_000].iter().all(|byte| *byte == 0), "the hole is zero")?;
    same(&all[100_000..], b"end")
}

#[case]
async fn write_via_stream_nothing(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "text").await?;
    write(&file, b"", 2).await?;
    same(contents(&file).await?, b"text")
}

#[case]
async fn write_via_stream_nothing_beyond_the_end(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "text").await?;
    write(&file, b"", 1000).await?;
    same(file.stat().await?.size, 4)
}

#[case]
async fn write_via_stream_a_write_of_no_bytes_between_others(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "").await?;
    let (mut to, ending) = writer(&file, 0);
    put(&mut to, b"one ").await?;
    holds(to.write(vec![]).await.0 == StreamResult::Complete(0), "nothing was taken, and nothing ended")?;
    put(&mut to, b"two").await?;
    drop(to);
    ending.await?;
    same(contents(&file).await?, b"one two")
}

#[case]
async fn write_via_stream_every_byte_of_much(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "").await?;
    let bytes: Vec<u8> = (0..1_000_003).map(|at: u32| (at % 251) as u8).collect();
    write(&file, &bytes, 0).await?;
    holds(contents(&file).await? == bytes, "each byte is right")
}

#[case]
async fn write_via_stream_in_small_pieces(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "..").await?;
    let (mut to, ending) = writer(&file, 1);
    for byte in b'a'..=b'z' {
        put(&mut to, &[byte]).await?;
    }
    drop(to);
    ending.await?;
    same(contents(&file).await?, b".abcdefghijklmnopqrstuvwxyz")
}

#[case]
async fn write_via_stream_into_a_file_of_the_tree() -> Outcome {
    let file = root().open_at(FOLLOW, "change/write", EXISTING, READ | WRITE).await?;
    write(&file, b"MADE", 2).await?;
    same(contents(&file).await?, b"asMADEwere\n")
}

#[case]
async fn write_via_stream_into_a_file_for_writing_alone(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "text").await?;
    write(&dir.open_at(FOLLOW, "f", EXISTING, WRITE).await?, b"TE", 0).await?;
    same(contents(&file).await?, b"TExt")
}

#[case]
async fn write_via_stream_sets_the_modification_time(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "text").await?;
    file.set_times(NewTimestamp::NoChange, NewTimestamp::Timestamp(THEN)).await?;
    write(&file, b"x", 0).await?;
    is_now(file.stat().await?.data_modification_timestamp)
}

#[case]
async fn write_via_stream_is_seen_by_every_descriptor(dir: &Descriptor) -> Outcome {
    let one = file(dir, "f", "0123").await?;
    let two = dir.open_at(FOLLOW, "f", EXISTING, READ).await?;
    write(&one, b"ab", 1).await?;
    same(contents(&two).await?, b"0ab3")
}

#[case]
async fn write_via_stream_two_at_once_by_turns(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "..........").await?;
    let ((mut one, first), (mut two, second)) = (writer(&file, 0), writer(&file, 5));
    for (a, b) in [(b"a", b"d"), (b"b", b"e"), (b"c", b"f")] {
        put(&mut one, a).await?;
        put(&mut two, b).await?;
    }
    drop((one, two));
    second.await?;
    first.await?;
    same(contents(&file).await?, b"abc..def..")
}

#[case]
async fn write_via_stream_two_at_once_with_much(dir: &Descriptor) -> Outcome {
    const HALF: usize = 300_000;
    let file = file(dir, "f", "").await?;
    let (one, two) = (vec![b'a'; HALF], vec![b'b'; HALF]);
    let (first, second) = both(write(&file, &one, 0), write(&file, &two, HALF as u64)).await;
    first?;
    second?;
    holds(contents(&file).await? == [one, two].concat(), "each has its half")
}

#[case]
async fn write_via_stream_while_another_place_is_read(dir: &Descriptor) -> Outcome {
    const HALF: usize = 300_000;
    let file = file(dir, "f", &"a".repeat(2 * HALF)).await?;
    let (mut from, end) = file.read_via_stream(0);
    let (read, written) = both(take(&mut from, HALF), write(&file, &[b'b'; HALF], HALF as u64)).await;
    holds(read?.iter().all(|byte| *byte == b'a'), "the first half stays")?;
    written?;
    drop(from);
    end.await?;
    holds(contents(&file).await?[HALF..].iter().all(|byte| *byte == b'b'), "the second is new")
}

#[case]
async fn write_via_stream_of_another_files_stream(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "..").await?;
    let (from, read) = open("big.bin").await?.read_via_stream(3);
    let written = file.write_via_stream(from, 1);
    let (read, written) = both(read.into_future(), written.into_future()).await;
    read?;
    written?;
    let all = contents(&file).await?;
    same(all.len(), 1_000_001)?;
    holds(all[1..].iter().enumerate().all(|(at, byte)| usize::from(*byte) == (at + 3) % 251), "each byte is right")
}

#[case]
async fn write_via_stream_of_another_files_stream_that_was_begun(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "").await?;
    let (mut from, read) = open("hello.txt").await?.read_via_stream(0);
    same(take(&mut from, 7).await?, b"hello, ")?;
    file.write_via_stream(from, 0).await?;
    read.await?;
    same(contents(&file).await?, b"image\n")
}

#[case]
async fn write_via_stream_of_a_stream_that_fails(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "text").await?;
    let (from, read) = root().read_via_stream(0);
    file.write_via_stream(from, 0).await?;
    fails_with(read.await, &[E::IsDirectory, E::BadDescriptor])?;
    same(contents(&file).await?, b"text")
}

#[case]
async fn write_via_stream_ends_when_the_writer_does_and_not_before(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "").await?;
    let (to, ending) = writer(&file, 0);
    let late = async {
        wasip3::clocks::monotonic_clock::wait_for(20_000_000).await;
        feed(to, b"late").await;
    };
    both(ending.into_future(), late).await.0?;
    same(contents(&file).await?, b"late")
}
