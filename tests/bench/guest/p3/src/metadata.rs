//! Names and attributes.

use crate::{below_root, open, root, time};
use bench_guest::metadata::Path;
use bench_guest::{Mixed, Timing};
use std::io::{Error, Result};
use wasip3::filesystem::types::{Descriptor, DescriptorFlags, OpenFlags, PathFlags};

/// `stat-at` of files all over a directory of `count` files.
pub async fn stat_in(dir: &str, count: u64, operations: u64) -> Result<Timing> {
    let root = root()?;
    let mut path = Path::new(dir);
    let mut mixed = Mixed::new();
    time("stat", operations, async || {
        for _ in 0..operations {
            let path = below_root(path.of(mixed.below(count)));
            root.stat_at(PathFlags::SYMLINK_FOLLOW, path).await.map_err(Error::other)?;
        }
        Ok(0)
    })
    .await
}

/// Lists a directory `passes` times. One operation is one entry.
pub async fn list(dir: &str, passes: u64) -> Result<Timing> {
    let dir = open(&root()?, dir, OpenFlags::DIRECTORY, DescriptorFlags::READ).await?;
    let count = entries(&dir).await?;
    time("list", passes * count, async || {
        for _ in 0..passes {
            entries(&dir).await?;
        }
        Ok(0)
    })
    .await
}

/// How many entries there are, all of them read.
async fn entries(dir: &Descriptor) -> Result<u64> {
    let (stream, done) = dir.read_directory();
    let entries = stream.collect().await;
    done.await.map_err(Error::other)?;
    Ok(entries.len() as u64)
}
