//! Writing contents.

use crate::{below_root, open, root, time};
use bench_guest::Timing;
use std::io::{Error, Result};
use wasip3::filesystem::types::{Descriptor, DescriptorFlags, OpenFlags};

/// Writes a new file of `size` bytes `passes` times, front to back, in one stream for each pass, `piece` bytes a write.
pub async fn sequential(path: &str, piece: usize, size: u64, passes: u64) -> Result<Timing> {
    let pieces = size / piece as u64;
    let timing = time("write", passes * pieces, async || {
        for _ in 0..passes {
            fill(&create(path).await?, piece, pieces).await?;
        }
        Ok(passes * pieces * piece as u64)
    })
    .await?;
    remove(path).await?;
    Ok(timing)
}

/// An empty file, for writing.
pub async fn create(path: &str) -> Result<Descriptor> {
    open(&root()?, path, OpenFlags::CREATE | OpenFlags::TRUNCATE, DescriptorFlags::WRITE).await
}

/// Writes so many pieces of `piece` bytes.
pub async fn fill(file: &Descriptor, piece: usize, pieces: u64) -> Result<()> {
    let mut buffer = vec![0x5a; piece];
    let (mut writer, reader) = wasip3::wit_stream::new();
    let done = file.write_via_stream(reader, 0);
    for _ in 0..pieces {
        buffer = writer.write_all(buffer).await;
        if !buffer.is_empty() {
            return Err(Error::other("nobody reads what is written"));
        }
        // SAFETY: they are the bytes that were written just now: a list that has been sent is only taken for empty.
        unsafe { buffer.set_len(piece) };
    }
    drop(writer);
    done.await.map_err(Error::other)
}

/// Removes a file.
pub async fn remove(path: &str) -> Result<()> {
    root()?.unlink_file_at(below_root(path)).await.map_err(Error::other)
}
