//! Where the host gives no more memory the app is told so, nothing is lost, and what is freed is used again.

use std::fs;

use anyhow::{Result, ensure};
use vfs_tests::case::Form;
use vfs_tests::guests;
use vfs_tests::host::{Invocation, Output};
use vfs_tests::wasmtime_host::Prepared;

use crate::apps;

/// Bytes for the memories of a component, the app's own among them.
const MEMORY: usize = 24 << 20;

/// What `guests/edges` says of one area or behaviour, and the bytes of all memories at the end.
fn edges(form: Form, flags: &[&str], what: &str, rounds: u32, most: usize) -> Result<(Output, usize)> {
    let image = apps::image()?;
    fs::create_dir(image.path().join("w"))?;
    let app = apps::composed(form, &guests::named("edges")?, image.path(), flags)?;
    let mut invocation = Invocation::with_args([what]);
    invocation.env.insert("ROUNDS".into(), rounds.to_string());
    Prepared::new(&app)?.run_in_memory(&invocation, most)
}

#[test]
fn memory_that_cannot_grow_is_told() -> Result<()> {
    apps::in_both_forms(|form| {
        for behaviour in ["memory_for_bytes", "memory_for_streams", "memory_for_nodes", "memory_for_handles"] {
            let (output, bytes) = edges(form, &[], behaviour, 0, MEMORY)?;
            ensure!(output.exit == 0, "{behaviour}: {output:?}");
            // It did come to its end.
            ensure!(bytes + (2 << 20) > MEMORY, "{behaviour}: {bytes} bytes of memory");
        }
        Ok(())
    })
}

/// Filled and emptied a thousand times, the filesystem has the memory that it had after the first few.
#[test]
fn what_is_freed_is_used_again() -> Result<()> {
    /// What a few rounds more may need because the sizes of their files lie badly.
    const SLACK: usize = 256 << 10;
    let flags = ["--max-bytes", "1M", "--max-nodes", "200"];
    apps::in_both_forms(|form| {
        let after = |rounds| -> Result<usize> {
            let (output, bytes) = edges(form, &flags, "refill", rounds, usize::MAX)?;
            ensure!(output.exit == 0, "{output:?}");
            Ok(bytes)
        };
        let (few, many) = (after(20)?, after(1000)?);
        ensure!(many <= few + SLACK, "{few} bytes after 20 rounds, {many} after 1000");
        Ok(())
    })
}
