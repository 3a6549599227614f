//! Reading contents.

use crate::{open, root, time, write};
use bench_guest::metadata::Path;
use bench_guest::{Mixed, Timing};
use std::io::{Error, Result};
use wasip3::filesystem::types::{Descriptor, DescriptorFlags, OpenFlags};
use wasip3::wit_bindgen::StreamResult;

/// How a file is written that is read then. It is no part of what is timed.
const PIECE_OF_OWN: usize = 64 << 10;

/// Reads the whole file `passes` times, front to back, in one stream for each pass, at most `piece` bytes a read.
pub async fn sequential(path: &str, piece: usize, passes: u64) -> Result<Timing> {
    let file = open(&root()?, path, OpenFlags::empty(), DescriptorFlags::READ).await?;
    let size = file.stat().await.map_err(Error::other)?.size;
    let mut buffer = Vec::with_capacity(piece);
    time("read", passes * size.div_ceil(piece as u64), async || {
        let mut total = 0;
        for _ in 0..passes {
            let (mut stream, done) = file.read_via_stream(0);
            loop {
                let (status, filled) = stream.read(buffer).await;
                total += filled.len() as u64;
                buffer = filled;
                buffer.clear();
                if status == StreamResult::Dropped {
                    break;
                }
            }
            done.await.map_err(Error::other)?;
        }
        if total == passes * size { Ok(total) } else { Err(Error::other(format!("{total} bytes read"))) }
    })
    .await
}

/// The same of a file of `size` bytes that this program has written itself.
pub async fn own(path: &str, piece: usize, size: u64, passes: u64) -> Result<Timing> {
    let file = write::create(path).await?;
    write::fill(&file, PIECE_OF_OWN, size / PIECE_OF_OWN as u64).await?;
    drop(file);
    let timing = sequential(path, piece, passes).await?;
    write::remove(path).await?;
    Ok(timing)
}

/// Opens a file in a directory of `count` files, reads its first 64 bytes, closes it.
pub async fn open_read_close(dir: &str, count: u64, operations: u64) -> Result<Timing> {
    let root = root()?;
    let mut path = Path::new(dir);
    let mut buffer = Vec::with_capacity(64);
    let mut mixed = Mixed::new();
    time("open", operations, async || {
        for _ in 0..operations {
            let path = path.of(mixed.below(count));
            let file = open(&root, path, OpenFlags::empty(), DescriptorFlags::READ).await?;
            buffer = first_bytes(&file, buffer).await?;
        }
        Ok(operations * 64)
    })
    .await
}

/// As many bytes as the buffer has room for. It is given back empty.
async fn first_bytes(file: &Descriptor, mut buffer: Vec<u8>) -> Result<Vec<u8>> {
    let (mut stream, done) = file.read_via_stream(0);
    while buffer.len() < buffer.capacity() {
        let (status, filled) = stream.read(buffer).await;
        buffer = filled;
        if status == StreamResult::Dropped {
            return Err(Error::other("a short file"));
        }
    }
    drop(stream);
    done.await.map_err(Error::other)?;
    buffer.clear();
    Ok(buffer)
}
