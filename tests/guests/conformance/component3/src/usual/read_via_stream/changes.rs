//! The file changes under the stream. How much of it was read ahead WASI leaves open; what is asked holds in any case.

use crate::stream::take;
use crate::tools::*;

/// More than any host reads ahead.
const LARGE: usize = 1 << 20;

async fn large(dir: &Descriptor) -> Result<Descriptor, E> {
    file(dir, "f", &"a".repeat(LARGE)).await
}

#[case]
async fn read_via_stream_after_the_name_was_removed(dir: &Descriptor) -> Outcome {
    let file = large(dir).await?;
    let (mut stream, ending) = file.read_via_stream(0);
    same(take(&mut stream, 2).await?, b"aa")?;
    dir.unlink_file_at("f").await?;
    drop(file);
    same(stream.collect().await.len(), LARGE - 2)?;
    Ok(ending.await?)
}

#[case]
async fn read_via_stream_after_rename(dir: &Descriptor) -> Outcome {
    let (mut stream, ending) = large(dir).await?.read_via_stream(0);
    same(take(&mut stream, 2).await?, b"aa")?;
    dir.rename_at("f", dir, "g").await?;
    same(stream.collect().await.len(), LARGE - 2)?;
    Ok(ending.await?)
}

#[case]
async fn read_via_stream_after_another_took_the_name(dir: &Descriptor) -> Outcome {
    let (mut stream, ending) = large(dir).await?.read_via_stream(0);
    same(take(&mut stream, 2).await?, b"aa")?;
    file(dir, "g", "other").await?;
    dir.rename_at("g", dir, "f").await?;
    let rest = stream.collect().await;
    same(rest.len(), LARGE - 2)?;
    holds(rest.iter().all(|byte| *byte == b'a'), "it is the old file")?;
    Ok(ending.await?)
}

#[case]
async fn read_via_stream_truncated_in_the_middle(dir: &Descriptor) -> Outcome {
    let file = large(dir).await?;
    let (mut stream, ending) = file.read_via_stream(0);
    same(take(&mut stream, 2).await?, b"aa")?;
    file.set_size(10).await?;
    let rest = stream.collect().await;
    holds((8..LARGE).contains(&rest.len()), "what is there is read, and not all that was")?;
    holds(rest.iter().all(|byte| *byte == b'a'), "it is what the file held")?;
    Ok(ending.await?)
}

#[case]
async fn read_via_stream_truncated_before_where_it_is(dir: &Descriptor) -> Outcome {
    let file = large(dir).await?;
    let (mut stream, ending) = file.read_via_stream(0);
    take(&mut stream, LARGE / 2).await?;
    file.set_size(0).await?;
    holds(stream.collect().await.len() < LARGE / 2, "it ends")?;
    Ok(ending.await?)
}

#[case]
async fn read_via_stream_goes_on_after_the_file_has_grown(dir: &Descriptor) -> Outcome {
    let file = large(dir).await?;
    let (mut stream, ending) = file.read_via_stream(0);
    same(take(&mut stream, 2).await?, b"aa")?;
    write(&file, b"bcd", LARGE as u64).await?;
    let rest = stream.collect().await;
    same(rest.len(), LARGE + 1)?;
    same(&rest[LARGE - 2..], b"bcd")?;
    Ok(ending.await?)
}

#[case]
async fn read_via_stream_of_what_is_written_far_ahead(dir: &Descriptor) -> Outcome {
    let file = large(dir).await?;
    let (mut stream, ending) = file.read_via_stream(0);
    same(take(&mut stream, 2).await?, b"aa")?;
    write(&file, b"bbb", LARGE as u64 - 3).await?;
    let rest = stream.collect().await;
    same(rest.len(), LARGE - 2)?;
    same(&rest[LARGE - 5..], b"bbb")?;
    Ok(ending.await?)
}

#[case]
async fn read_via_stream_of_what_is_written_behind_it(dir: &Descriptor) -> Outcome {
    let file = large(dir).await?;
    let (mut stream, ending) = file.read_via_stream(0);
    same(take(&mut stream, 2).await?, b"aa")?;
    write(&file, b"bb", 0).await?;
    holds(stream.collect().await.iter().all(|byte| *byte == b'a'), "what was read is not read again")?;
    ending.await?;
    same(&contents(&file).await?[..3], b"bba")
}
